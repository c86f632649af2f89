package dev.modelscan.storage.cli.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The archive that Inspect writes a log to, as the JSON that it writes instead: a header, and each sample in a file of its
 * own. Until a log is complete, it has a start in place of the header.
 */
final class EvalLog {

    private static final List<String> HEADERS = List.of("header.json", "_journal/start.json");
    private static final String SAMPLES = "samples/";

    private EvalLog() {}

    /** The entry that holds all but the samples; null if the archive is something else. */
    static @Nullable String header(List<Archive.Entry> entries) {
        boolean hasSamples =
                entries.stream().anyMatch(entry -> entry.name().startsWith(SAMPLES)) || names(entries, HEADERS.get(1));
        return HEADERS.stream()
                .filter(header -> hasSamples && names(entries, header))
                .findFirst()
                .orElse(null);
    }

    private static boolean names(List<Archive.Entry> entries, String name) {
        return entries.stream().anyMatch(entry -> entry.name().equals(name));
    }

    /** The entries that {@link #open} reads. */
    static List<Archive.Entry> read(List<Archive.Entry> entries, String header) {
        return entries.stream()
                .filter(entry -> entry.name().equals(header) || isSample(entry.name()))
                .toList();
    }

    private static boolean isSample(String name) {
        return name.startsWith(SAMPLES) && name.endsWith(".json");
    }

    /** The log as one JSON object. */
    static InputStream open(Path file, List<Archive.Entry> entries, String header) throws IOException {
        List<String> samples = entries.stream()
                .map(Archive.Entry::name)
                .filter(EvalLog::isSample)
                .toList();
        String start;
        try (InputStream in = Archive.open(file, header)) {
            start = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        if (!start.endsWith("}")) {
            throw new UnreadableException("is a log of Inspect whose " + header + " is damaged or cut off");
        }
        String first = start.substring(0, start.length() - 1) + ",\"samples\":[";
        Archive archive = Archive.open(file);
        List<Input.Opener> parts = new ArrayList<>();
        parts.add(() -> text(first));
        for (String sample : samples) {
            boolean more = parts.size() > 1;
            parts.add(() -> text(more ? "," : ""));
            parts.add(() -> archive.read(sample));
        }
        parts.add(() -> text("]}"));
        return new Joined(parts.iterator(), archive);
    }

    static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
