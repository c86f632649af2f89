package dev.modelscan.storage.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a session of Grok's command line: its chat history, and a file that names the session. It is one source, with
 * what that file says as its first line.
 *
 * @param history the chat history
 * @param summary the file beside it
 */
record GrokFolder(Path history, Path summary) {

    /** The session that a file is; null if it is something else. */
    static @Nullable Input of(Path file, boolean found) throws IOException {
        Path summary = file.resolveSibling("summary.json");
        if (!file.endsWith("chat_history.jsonl")
                || !Files.isRegularFile(summary)
                || !OpenCodeFolder.json(summary).path("info").has("id")) {
            return null;
        }
        Input whole = Input.file(file, found);
        GrokFolder folder = new GrokFolder(file, summary);
        // Behind the mark of an archive's entry: the file is not the whole source.
        return new Input(whole.name(), whole.shown(), whole.origin() + "!", file, found, -1, folder::open);
    }

    /**
     * Takes the files that belong to sessions away.
     *
     * @param files the files of a directory
     * @param inputs takes the sessions
     * @return the other files
     */
    static List<Path> without(List<Path> files, List<Input> inputs) throws IOException {
        List<Path> others = new ArrayList<>(files);
        for (Path file : files) {
            Input session = of(file, true);
            if (session != null) {
                others.removeAll(List.of(file, file.resolveSibling("summary.json")));
                inputs.add(session);
            }
        }
        return others;
    }

    private InputStream open() throws IOException {
        InputStream first = new SequenceInputStream(OpenCodeFolder.bytes(summary), EvalLog.text("\n"));
        return new SequenceInputStream(first, Files.newInputStream(history));
    }
}
