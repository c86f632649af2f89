package dev.modelscan.storage.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which Cline and its relatives keep a task: what was said to the model, and, beside it, what was shown, which
 * knows the times and what was used. It is one source.
 *
 * @param folder the folder, whose name is the task's id
 */
record ClineFolder(Path folder) {

    private static final String HISTORY = "api_conversation_history.json";
    private static final String SHOWN = "ui_messages.json";
    private static final String METADATA = "task_metadata.json";

    /** The task that a file is; null if it is something else. */
    static @Nullable Input of(Path file, boolean found) throws IOException {
        if (!file.endsWith(HISTORY) || !Files.isRegularFile(file.resolveSibling(SHOWN))) {
            return null;
        }
        ClineFolder task =
                new ClineFolder(Objects.requireNonNull(file.toRealPath().getParent(), "a file is in a folder"));
        Input whole = Input.file(file, found);
        // Behind the mark of an archive's entry: the file is not the whole source.
        return new Input(whole.name(), whole.shown(), whole.origin() + "!", file, found, -1, task::open);
    }

    /**
     * Takes the files that belong to tasks away.
     *
     * @param files the files of a directory
     * @param inputs takes the tasks
     * @return the other files
     */
    static List<Path> without(List<Path> files, List<Input> inputs) throws IOException {
        List<Path> others = new ArrayList<>(files);
        for (Path file : files) {
            Input task = of(file, true);
            if (task != null) {
                others.removeAll(List.of(file, file.resolveSibling(SHOWN), file.resolveSibling(METADATA)));
                inputs.add(task);
            }
        }
        return others;
    }

    private InputStream open() throws IOException {
        Path metadata = folder.resolve(METADATA);
        // The mark comes first, since a form is recognized by the start of a source.
        List<Input.Opener> parts = List.of(
                () -> EvalLog.text("{\"cline_task\":\"" + OpenCodeFolder.name(folder) + "\",\"task_metadata\":"),
                () -> Files.isRegularFile(metadata) ? OpenCodeFolder.bytes(metadata) : EvalLog.text("{}"),
                () -> EvalLog.text(",\"ui_messages\":"),
                () -> OpenCodeFolder.bytes(folder.resolve(SHOWN)),
                () -> EvalLog.text(",\"messages\":"),
                () -> Files.newInputStream(folder.resolve(HISTORY)),
                () -> EvalLog.text("}"));
        return new Joined(parts.iterator());
    }
}
