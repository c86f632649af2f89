package dev.modelscan.storage.internal.values;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** What is in a directory. */
public final class Directories {

    private Directories() {}

    /**
     * The files, and directories, of a directory whose names match, in no order.
     *
     * @throws IOException if it cannot be read to its end, which a stream of it throws unchecked
     */
    public static List<Path> list(Path directory, Predicate<String> name) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            return list(found, name);
        }
    }

    static List<Path> list(Iterable<Path> found, Predicate<String> name) throws IOException {
        List<Path> files = new ArrayList<>();
        try {
            for (Path file : found) {
                if (name.test(String.valueOf(file.getFileName()))) {
                    files.add(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw Objects.requireNonNull(e.getCause());
        }
        return files;
    }
}
