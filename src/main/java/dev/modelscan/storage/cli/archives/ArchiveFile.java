package dev.modelscan.storage.cli.archives;

import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An archive that is given to {@code import}.
 *
 * @param name as the user named it
 * @param path the file; of the standard input a temporary one, readable by this user alone, since it is read more than once
 */
public record ArchiveFile(String name, Path path) implements AutoCloseable {

    private static final int START = 64;

    /** The archive; null if the file or the standard input is something else, which is then read from its start. */
    public static @Nullable ArchiveFile of(String argument, BufferedInputStream standardInput) throws IOException {
        if (argument.equals("-")) {
            standardInput.mark(START);
            boolean isArchive = isArchive(standardInput);
            standardInput.reset();
            return isArchive ? spooled(standardInput) : null;
        }
        try {
            Path path = Path.of(argument);
            if (!Files.isRegularFile(path)) {
                return null;
            }
            try (InputStream in = Files.newInputStream(path)) {
                return isArchive(in) ? new ArchiveFile(argument, path) : null;
            }
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static boolean isArchive(InputStream in) throws IOException {
        return ArchiveReader.isArchive(new String(in.readNBytes(START), StandardCharsets.UTF_8));
    }

    private static ArchiveFile spooled(InputStream in) throws IOException {
        return new ArchiveFile("-", TemporaryFiles.copy(in, ".jsonl"));
    }

    @Override
    public void close() throws IOException {
        if (name.equals("-")) {
            Files.deleteIfExists(path);
        }
    }
}
