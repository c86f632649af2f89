package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.modelscan.storage.cli.formats.Fields;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which opencode kept sessions: a file for each session, message and part. Each session is a source, with the
 * JSON that {@code opencode export} prints.
 *
 * @param storage the folder, which holds {@code session}, {@code message} and {@code part}
 * @param session the file of the session
 */
record OpenCodeFolder(Path storage, Path session) {

    /** A file of a message, its id, and when the message was made. */
    private record MessageFile(Path path, String id, long created) {}

    /** The session that a file is; null if it is something else. */
    private static @Nullable OpenCodeFolder of(Path file) {
        Path project = file.getParent();
        Path sessions = project == null ? null : project.getParent();
        Path storage = sessions == null ? null : sessions.getParent();
        return sessions != null
                        && storage != null
                        && sessions.endsWith("session")
                        && Files.isDirectory(storage.resolve("message"))
                        && Files.isDirectory(storage.resolve("part"))
                ? new OpenCodeFolder(storage, file)
                : null;
    }

    /**
     * Takes the files that belong to sessions away.
     *
     * @param files the files of a directory
     * @param inputs takes the sessions
     * @return the other files
     */
    static List<Path> without(List<Path> files, List<Input> inputs) throws IOException {
        Set<Path> belong = new HashSet<>();
        for (Path file : files) {
            OpenCodeFolder folder = of(file);
            if (folder != null) {
                belong.add(file);
                for (MessageFile message : folder.messages()) {
                    belong.add(message.path());
                    belong.addAll(folder.parts(message));
                }
                Input whole = Input.file(file, true);
                // Behind the mark of an archive's entry: the file is not the whole source.
                inputs.add(new Input(whole.name(), whole.shown(), whole.origin() + "!", file, true, -1, folder::open));
            }
        }
        return files.stream().filter(file -> !belong.contains(file)).toList();
    }

    private List<MessageFile> messages() throws IOException {
        List<MessageFile> messages = new ArrayList<>();
        for (Path file : list(storage.resolve("message").resolve(id(json(session), session)))) {
            JsonNode message = json(file);
            Long created = Fields.count(message.path("time"), "created");
            messages.add(new MessageFile(file, id(message, file), created == null ? 0 : created));
        }
        messages.sort(Comparator.comparingLong(MessageFile::created));
        return messages;
    }

    private List<Path> parts(MessageFile message) throws IOException {
        return list(storage.resolve("part").resolve(message.id()));
    }

    /** The id that a file holds; the file's name if it holds none that can be a folder's name. */
    private static String id(JsonNode json, Path file) {
        String id = Fields.text(json, "id");
        return id == null || !id.matches("[\\w-]+")
                ? String.valueOf(file.getFileName()).replaceFirst("\\.json$", "")
                : id;
    }

    /** What a file holds. A damaged one is an object that says so, so that it takes no other along. */
    static JsonNode json(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try (JsonParser parser = Fields.parser(new Utf8Stream(new ByteArrayInputStream(bytes)))) {
            JsonNode json = Fields.MAPPER.readTree(parser);
            return json == null ? MissingNode.getInstance() : json;
        } catch (IOException e) {
            return Fields.object().put("type", "damaged").put("file", String.valueOf(file.getFileName()));
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    /** The session as one JSON object. */
    private InputStream open() throws IOException {
        List<MessageFile> messages = messages();
        List<Input.Opener> parts = new ArrayList<>();
        parts.add(() -> EvalLog.text("{\"info\":"));
        parts.add(() -> bytes(session));
        parts.add(() -> EvalLog.text(",\"messages\":["));
        for (MessageFile message : messages) {
            String comma = message.equals(messages.get(0)) ? "" : ",";
            parts.add(() -> message(message, comma));
        }
        parts.add(() -> EvalLog.text("]}"));
        return new Joined(parts.iterator());
    }

    private InputStream message(MessageFile message, String comma) throws IOException {
        List<Input.Opener> parts = new ArrayList<>();
        parts.add(() -> EvalLog.text(comma + "{\"info\":"));
        parts.add(() -> bytes(message.path()));
        String before = ",\"parts\":[";
        for (Path part : parts(message)) {
            String start = before;
            parts.add(() -> EvalLog.text(start));
            parts.add(() -> bytes(part));
            before = ",";
        }
        String end = before.equals(",") ? "]}" : ",\"parts\":[]}";
        parts.add(() -> EvalLog.text(end));
        return new Joined(parts.iterator());
    }

    /** The name of a folder as the text of a JSON string. */
    static String name(Path folder) {
        return String.valueOf(folder.getFileName()).replaceAll("[\"\\\\\\p{Cntrl}]", "_");
    }

    /** The JSON of a file. */
    static InputStream bytes(Path file) throws IOException {
        return new ByteArrayInputStream(Fields.MAPPER.writeValueAsBytes(json(file)));
    }
}
