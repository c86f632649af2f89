package dev.modelscan.storage.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoriesTest {

    @TempDir
    Path directory;

    @Test
    void listsWhatHasTheName() throws IOException {
        Files.createFile(directory.resolve("a.db"));
        Files.createDirectory(directory.resolve("b.db"));
        Files.createFile(directory.resolve("c.txt"));
        assertThat(Directories.list(directory, name -> name.endsWith(".db")))
                .containsExactlyInAnyOrder(directory.resolve("a.db"), directory.resolve("b.db"));
        assertThatThrownBy(() -> Directories.list(directory.resolve("none"), name -> true))
                .isInstanceOf(NoSuchFileException.class);
    }

    /** A server's directory may fail after its first files. */
    @Test
    void failsAsOtherReadingDoes() {
        Iterable<Path> failing = () -> {
            throw new DirectoryIteratorException(new IOException("stale file handle"));
        };
        assertThatThrownBy(() -> Directories.list(failing, name -> true))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("stale file handle");
    }
}
