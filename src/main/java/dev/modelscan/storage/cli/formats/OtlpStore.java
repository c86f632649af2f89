package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a source, whose contents are in a temporary file that only this user can read: they come in any order, and all
 * have to be known before the first run is told. Memory holds what tells which run a span is of.
 */
final class OtlpStore implements AutoCloseable {

    // Half of a surrogate pair has no form in UTF-8.
    private static final ObjectWriter WRITER =
            Fields.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());

    private static final int BUFFERED = 1 << 20;

    private final Map<String, Head> heads = new LinkedHashMap<>();
    private final List<Log> logs = new ArrayList<>();
    private final Path path;
    private final RandomAccessFile file;
    private final byte[] buffer = new byte[BUFFERED];
    private int buffered;
    private long written;

    /** Where the text of a span, or of a log record, is in the file. */
    private record At(long offset, int length, Place place) {}

    private record Log(String trace, String key, At at) {}

    /** What tells which run a span is of. */
    static final class Head {
        private final String key;
        private final String trace;
        private final @Nullable String parentKey;
        private final List<At> texts = new ArrayList<>(1);
        private boolean agent;
        private @Nullable String agentName;
        private @Nullable String conversation;

        private Head(String key, String trace, @Nullable String parentKey) {
            this.key = key;
            this.trace = trace;
            this.parentKey = parentKey;
        }

        String key() {
            return key;
        }

        String trace() {
            return trace;
        }

        @Nullable
        String parentKey() {
            return parentKey;
        }

        boolean isAgent() {
            return agent;
        }

        @Nullable
        String agentName() {
            return agentName;
        }

        /** The conversation that the span itself names. */
        @Nullable
        String conversation() {
            return conversation;
        }
    }

    OtlpStore() throws IOException {
        path = TemporaryFiles.create(".spans");
        file = new RandomAccessFile(path.toFile(), "rw");
    }

    /** Adds a span as OTLP has it. A later one of the same id takes its place. */
    void add(Place place, JsonNode span, ObjectNode resource, JsonNode scope) throws IOException {
        OtlpSpan read = OtlpSpan.of(place, span, resource, scope);
        ObjectNode text = Fields.object();
        text.set("span", span);
        text.set("resource", resource);
        text.set("scope", scope);
        Head head = new Head(read.key(), read.trace(), read.parentKey());
        head.texts.add(write(place, text));
        describe(head, read);
        heads.put(read.key(), head);
    }

    /** Adds a log record of a span, which may come later. One without a span stands for a span of its own. */
    void addLog(Place place, JsonNode log) throws IOException {
        String trace = Objects.requireNonNullElse(Fields.text(log, "traceId", "trace_id"), "");
        String id = Objects.requireNonNullElse(Fields.text(log, "spanId", "span_id"), "");
        logs.add(new Log(trace, trace + "/" + id, write(place, log)));
    }

    private static void describe(Head head, OtlpSpan span) {
        head.agent = span.isAgent();
        head.agentName = Fields.text(span.attributes(), "gen_ai.agent.name");
        head.conversation = Fields.text(span.attributes(), OtlpRuns.CONVERSATION);
    }

    /** All spans, in the order of the source, once all are added. */
    Collection<Head> heads() {
        Set<Head> logged = new LinkedHashSet<>();
        for (Log log : logs) {
            Head head = heads.computeIfAbsent(log.key(), key -> new Head(key, log.trace(), null));
            head.texts.add(log.at());
            logged.add(head);
        }
        logs.clear();
        // What a log says of its span may tell what the span is.
        logged.forEach(head -> describe(head, read(head)));
        return heads.values();
    }

    @Nullable
    Head head(@Nullable String key) {
        return key == null ? null : heads.get(key);
    }

    /** The span, with its logs as events. */
    OtlpSpan read(Head head) {
        try {
            OtlpSpan span = null;
            for (At at : head.texts) {
                JsonNode text = text(at);
                if (text.has("span")) {
                    JsonNode scope = text.path("scope");
                    span = OtlpSpan.of(at.place(), text.path("span"), (ObjectNode) text.path("resource"), scope);
                } else {
                    span = OtlpLogs.add(at.place(), text, span);
                }
            }
            return Objects.requireNonNull(span, "a head has a text");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a temporary file: " + e.getMessage(), e);
        }
    }

    private At write(Place place, JsonNode value) throws IOException {
        byte[] bytes = WRITER.writeValueAsBytes(value);
        if (buffered + bytes.length > buffer.length) {
            flush();
        }
        At at = new At(written + buffered, bytes.length, place);
        if (bytes.length > buffer.length) {
            file.seek(written);
            file.write(bytes);
            written += bytes.length;
        } else {
            System.arraycopy(bytes, 0, buffer, buffered, bytes.length);
            buffered += bytes.length;
        }
        return at;
    }

    private void flush() throws IOException {
        file.seek(written);
        file.write(buffer, 0, buffered);
        written += buffered;
        buffered = 0;
    }

    private JsonNode text(At at) throws IOException {
        byte[] bytes = new byte[at.length()];
        if (at.offset() >= written) {
            System.arraycopy(buffer, (int) (at.offset() - written), bytes, 0, bytes.length);
        } else {
            file.seek(at.offset());
            file.readFully(bytes);
        }
        return Fields.MAPPER.readTree(bytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
        Files.deleteIfExists(path);
    }
}
