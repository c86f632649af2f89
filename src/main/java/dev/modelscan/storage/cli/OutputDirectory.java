package dev.modelscan.storage.cli;

import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that has its name when it is whole: until then it is a temporary one beside it, readable by its owner alone. */
final class OutputDirectory implements AutoCloseable {

    private final Path target;
    private final PartialOutput partial;

    /** Makes the temporary directory. */
    OutputDirectory(Path target) throws IOException {
        this.target = target;
        this.partial = new PartialOutput(target);
        try {
            // Behind the lock, whose file a run has left that was killed when this one was whole.
            if (Files.exists(target)) {
                throw new IOException(target + " exists; name a directory that does not");
            }
            restart();
        } catch (IOException | RuntimeException e) {
            partial.closeAfter(e);
            throw e;
        }
    }

    /** Empties it, so that it is written from the start again. */
    void restart() throws IOException {
        TemporaryFiles.delete(partial.path());
        Files.createDirectory(partial.path(), partial.ownersAlone("rwx------"));
    }

    Path path() {
        return partial.path();
    }

    /** The directory is whole. */
    void complete() throws IOException {
        Files.move(partial.path(), target);
    }

    @Override
    public void close() throws IOException {
        partial.close();
    }
}
