package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a failure is called for the user. */
class ShownMessagesTest {

    /** Java's message is the path, and nothing else. */
    @Test
    void aFileThatCannotBeUsedIsNamedWithTheReason() {
        assertThat(Messages.of(new AccessDeniedException("/a/b")))
                .isEqualTo("/a/b cannot be accessed: permission denied");
        assertThat(Messages.of(new NoSuchFileException("/a/b"))).isEqualTo("/a/b does not exist");
        assertThat(Messages.of(new NotDirectoryException("/a/b"))).isEqualTo("/a/b is not a directory");
        assertThat(Messages.of(new FileSystemException("/a/b"))).isEqualTo("/a/b cannot be used");
        assertThat(Messages.of(new FileSystemException("/a/b", null, "No space left on device")))
                .isEqualTo("/a/b: No space left on device");
        IOException cause = new AccessDeniedException("/a/b");
        assertThat(Messages.of(new UncheckedIOException(cause.getMessage(), cause)))
                .isEqualTo("/a/b cannot be accessed: permission denied");
        assertThat(Messages.of(new IOException("the form is odd"))).isEqualTo("the form is odd");
    }

    @Test
    void aPasswordInTheUrlIsNotRepeated() {
        for (String host : new String[] {"host.invalid", "host.invalid:5432"}) {
            MainTest.Run run =
                    MainTest.run("status", "--db", "jdbc:postgresql://me:secret@" + host + "/x?password=other");
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err())
                    .startsWith("error: --db has a user or a password before the host")
                    .doesNotContain("secret", "other");
        }
    }

    @Test
    void aPasswordFileThatIsMissingIsToldOnce(@TempDir Path directory) throws IOException {
        Path none = directory.resolve("none");
        for (Path file : new Path[] {none, Files.createDirectory(directory.resolve("folder"))}) {
            MainTest.Run run = MainTest.run(
                    "status", "--db", "jdbc:postgresql://localhost:1/x", "--password-file", file.toString());
            assertThat(run.code()).isOne();
            assertThat(run.err()).containsOnlyOnce(file.toString()).startsWith("error: the password cannot be read: ");
        }
    }
}
