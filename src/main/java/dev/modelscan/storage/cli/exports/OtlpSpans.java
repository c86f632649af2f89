package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.OtlpOwn;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The spans of one trace, in the JSON of OTLP. Its ids follow from the run's id, so each export has the same. */
final class OtlpSpans {

    static final int INTERNAL = 1;
    static final int CLIENT = 3;

    private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000L);

    private final String trace;
    private final ArrayNode spans;

    OtlpSpans(String run, ArrayNode spans) {
        this.trace = id(run);
        this.spans = spans;
    }

    private static String id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
    }

    /** Adds a span; the trace's own number of it makes its id. */
    ObjectNode add(String parent, String name, int kind) {
        String id = id(trace + "/" + spans.size()).substring(16);
        ObjectNode span = spans.addObject().put("traceId", trace).put("spanId", id);
        if (!parent.isEmpty()) {
            span.put("parentSpanId", parent);
        }
        span.put("name", name.strip()).put("kind", kind);
        return span;
    }

    /**
     * Gives a span its times. Programs that show traces need both.
     *
     * @param near stands for a time that is not known; null if no time near it is known either
     */
    static void times(ObjectNode span, @Nullable Instant start, @Nullable Instant end, @Nullable Instant near) {
        Instant begin = start != null ? start : near == null || (end != null && near.isAfter(end)) ? end : near;
        Instant finish = end != null ? end : near == null || (begin != null && near.isBefore(begin)) ? begin : near;
        time(span, "startTimeUnixNano", begin);
        time(span, "endTimeUnixNano", finish);
        if (begin != null && (start == null || end == null)) {
            attribute(span, OtlpOwn.NEAR_TIMES, start != null ? "end" : end != null ? "start" : "start end");
        }
    }

    private static void time(ObjectNode span, String member, @Nullable Instant time) {
        if (time != null) {
            BigInteger nanos = BigInteger.valueOf(time.getEpochSecond()).multiply(NANOS);
            span.put(member, nanos.add(BigInteger.valueOf(time.getNano())).toString());
        }
    }

    /** Adds an attribute to a span; none for null. */
    static void attribute(ObjectNode span, String key, @Nullable Object value) {
        if (value != null) {
            attribute(span.withArrayProperty("attributes"), key, value);
        }
    }

    /** Adds an attribute: a whole number, or text. JSON is text, since an attribute of a span may not be nested. */
    static void attribute(ArrayNode attributes, String key, Object value) {
        ObjectNode written = attributes.addObject().put("key", key).putObject("value");
        if (value instanceof Long || value instanceof Integer) {
            written.put("intValue", value.toString());
        } else {
            written.put("stringValue", value.toString());
        }
    }
}
