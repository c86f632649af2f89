package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import dev.modelscan.storage.support.ChildProcess;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One at a time makes an output, in this process and in others. */
class PartialOutputTest {

    @TempDir
    Path directory;

    @Test
    void aSecondOneIsRefusedAndTakesNothingFromTheFirst() throws Exception {
        Path target = directory.resolve("out.jsonl");
        try (PartialOutput first = new PartialOutput(target)) {
            Files.writeString(first.path(), "half");

            assertThatThrownBy(() -> new PartialOutput(target)).hasMessage(target + " is being written already");
            assertThat(otherProcess(target)).contains(target + " is being written by another process");
            assertThat(first.path()).hasContent("half");
        }
        assertThat(otherProcess(target)).contains("taken");
        new PartialOutput(target).close();
        assertThat(directory).isEmptyDirectory();
    }

    /** To rename a file over a device would take the device from every program. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatIsNoFileIsNotReplaced() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();

        for (boolean replace : new boolean[] {true, false}) {
            assertThatThrownBy(() -> new OutputFile(pipe, replace))
                    .hasMessage(pipe + " is a device or a pipe; give the name of a file");
            assertThatThrownBy(() -> OutputFile.requireFree(pipe, replace))
                    .hasMessageStartingWith(pipe + " is a device");
        }
        Path link = Files.createSymbolicLink(directory.resolve("link"), Files.createFile(directory.resolve("file")));
        assertThatThrownBy(() -> new OutputFile(link, true)).hasMessageStartingWith(link + " is a symbolic link");
        assertThatThrownBy(() -> new OutputFile(directory, true)).hasMessage(directory + " is a directory");
        assertThat(directory).isDirectoryContaining(pipe::equals);
        assertThat(Files.isRegularFile(pipe)).isFalse();
    }

    /** The name of the target is the longest there may be; that of the lock is longer. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatCannotBeMadeIsTheTarget() {
        Path target = directory.resolve("x".repeat(255));

        assertThatThrownBy(() -> new PartialOutput(target))
                .hasMessageStartingWith(target + " cannot be written: ")
                .hasMessageNotContaining("lock");
    }

    /** As if it were another user's. */
    @Test
    void aLockThatCannotBeOpenedIsNamed() throws Exception {
        Path target = directory.resolve("out.jsonl");
        Path lock = Files.createDirectory(directory.toRealPath().resolve("out.jsonl.modelscan.lock"));

        assertThatThrownBy(() -> new PartialOutput(target))
                .hasMessage(target + " cannot be written: its lock " + lock + " is there, and cannot be opened");
    }

    /** What a killed one has left is deeper than a path can name, and so cannot be deleted. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatCannotBeEmptiedCanBeTakenOnceItIsEmpty() throws Exception {
        Path target = directory.resolve("out.jsonl");
        Path left = deep(Files.createDirectory(directory.resolve("out.jsonl.modelscan.part")));
        Path other = directory.resolve("other");
        deep(Files.createDirectory(other));
        Path joint = Files.move(other, left.resolve("other"));

        assertThatThrownBy(() -> new PartialOutput(target)).isInstanceOf(FileSystemException.class);

        Files.move(joint, other);
        new PartialOutput(target).close();
        TemporaryFiles.delete(other);
        assertThat(directory).isEmptyDirectory();
    }

    private static Path deep(Path root) throws IOException {
        return Files.createDirectories(root.resolve(String.join("/", Collections.nCopies(12, "d".repeat(200)))));
    }

    private String otherProcess(Path target) throws IOException, InterruptedException {
        return ChildProcess.start(directory, Other.class, List.of(), target.toString())
                .output();
    }

    /** Takes the place in a process of its own. */
    public static final class Other {

        private Other() {}

        public static void main(String[] arguments) {
            try (PartialOutput output = new PartialOutput(Path.of(arguments[0]))) {
                System.out.println("taken " + output.path().getFileName());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
