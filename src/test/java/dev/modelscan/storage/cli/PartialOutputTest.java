package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.support.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
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
