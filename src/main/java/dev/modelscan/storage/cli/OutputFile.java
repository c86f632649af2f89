package dev.modelscan.storage.cli;

import java.io.BufferedWriter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that has its name when it is whole: until then it is a temporary file beside it, readable by its owner alone. */
final class OutputFile implements AutoCloseable {

    private final Path target;
    private final PartialOutput partial;
    private final FileOutputStream out;
    private final Writer writer;
    private final boolean replace;

    /**
     * Makes the temporary file.
     *
     * @param replace whether a file of that name is replaced
     * @throws IOException if there is one that is not to be replaced
     */
    OutputFile(Path target, boolean replace) throws IOException {
        this.target = target;
        this.replace = replace;
        requireFile(target);
        this.partial = new PartialOutput(target);
        try {
            // Behind the lock, whose file a run has left that was killed when this one was whole.
            requireFree(target, replace);
            Files.createFile(partial.path(), partial.ownersAlone("rw-------"));
            this.out = new FileOutputStream(partial.path().toFile());
            this.writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
        } catch (IOException | RuntimeException e) {
            partial.closeAfter(e);
            throw e;
        }
    }

    /**
     * What a dry run checks.
     *
     * @throws IOException if the file could not be written
     */
    static void requireFree(Path target, boolean replace) throws IOException {
        requireFile(target);
        PartialOutput.directoryOf(target);
        if (Files.exists(target) && !replace) {
            throw exists(target);
        }
    }

    /** The finished file takes its name by a rename, which would put it in the place of a device, a pipe or a link. */
    private static void requireFile(Path target) throws IOException {
        if (Files.isSymbolicLink(target)) {
            throw new IOException(target + " is a symbolic link; give the name of the file that it stands for");
        }
        if (Files.isDirectory(target)) {
            throw new IOException(target + " is a directory");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new IOException(target + " is a device or a pipe; give the name of a file");
        }
    }

    /** Writes UTF-8. */
    Writer writer() {
        return writer;
    }

    /** Empties it, so that it is written from the start again. */
    void restart() throws IOException {
        writer.flush();
        out.getChannel().truncate(0);
    }

    /** The file is whole. */
    void complete() throws IOException {
        writer.flush();
        // Before it takes the name, perhaps that of an older file: a loss of power could leave only a part of it there.
        out.getFD().sync();
        writer.close();
        if (replace) {
            Files.move(partial.path(), target, StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        try {
            Files.move(partial.path(), target);
        } catch (FileAlreadyExistsException e) {
            throw exists(target);
        }
    }

    private static IOException exists(Path target) {
        return new IOException(target + " exists; --force replaces it");
    }

    @Override
    public void close() throws IOException {
        try (partial) {
            out.close();
        }
    }
}
