package dev.modelscan.storage.cli.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The folders in which Antigravity keeps transcripts: a folder above each has the conversation's id for its name. */
final class AntigravityFolder {

    private static final String TRANSCRIPT = "transcript.jsonl";
    private static final String FULL = "transcript_full.jsonl";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private AntigravityFolder() {}

    /** The files without the transcripts of which a full one is beside them. */
    static List<Path> without(List<Path> files) {
        return files.stream()
                .filter(file -> !(file.endsWith(TRANSCRIPT)
                        && Files.isRegularFile(file.resolveSibling(FULL))
                        && conversation(file.toAbsolutePath().normalize()) != null))
                .toList();
    }

    /** The id of the conversation, which is the name of a folder above; null if there is none. */
    private static @Nullable String conversation(Path file) {
        for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
            String name = String.valueOf(folder.getFileName());
            if (ID.matcher(name).matches()) {
                return name;
            }
        }
        return null;
    }

    /** The source, which has the conversation's id for its name if it is a transcript: all others have the same name. */
    static Input named(Input whole) {
        Path path = Path.of(whole.origin());
        String id = path.endsWith(TRANSCRIPT) || path.endsWith(FULL) ? conversation(path) : null;
        if (id == null) {
            return whole;
        }
        String name = id + ".jsonl";
        return new Input(name, name, whole.origin(), whole.path(), whole.found(), whole.size(), whole.opener());
    }
}
