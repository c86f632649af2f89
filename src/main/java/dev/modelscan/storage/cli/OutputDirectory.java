package dev.modelscan.storage.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A directory that has its name when it is whole: until then it is a temporary one beside it, readable by its owner alone. */
final class OutputDirectory implements AutoCloseable {

    private final Path target;
    private final Path temporary;

    /** Makes the temporary directory. */
    OutputDirectory(Path target) throws IOException {
        this.target = target;
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target + " exists; name a directory that does not");
        }
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new NoSuchFileException("no such directory: " + parent);
        }
        this.temporary = Files.createTempDirectory(parent, target.getFileName() + ".");
    }

    Path path() {
        return temporary;
    }

    /** The directory is whole. */
    void complete() throws IOException {
        Files.move(temporary, target);
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(temporary)) {
            DemoCommand.delete(temporary);
        }
    }
}
