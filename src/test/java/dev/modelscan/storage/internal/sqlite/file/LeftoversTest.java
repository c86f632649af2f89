package dev.modelscan.storage.internal.sqlite.file;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {

    @TempDir
    private Path directory;

    @Test
    void aJournalThatAnotherProcessDeletesMeanwhileIsNoFailure() throws Exception {
        Path file = Files.createFile(directory.resolve("new.db"));
        Path journal = directory.resolve("new.db-journal");
        AtomicBoolean ended = new AtomicBoolean();
        Thread creator = new Thread(() -> {
            while (!ended.get()) {
                replace(journal);
            }
        });
        creator.start();
        try {
            for (int i = 0; i < 20_000; i++) {
                assertThatCode(() -> Leftovers.requireComplete(file)).doesNotThrowAnyException();
            }
        } finally {
            ended.set(true);
            creator.join();
        }
    }

    /** As the first transaction of a new file does. Its header is there at once. */
    private void replace(Path journal) {
        try {
            Path whole = Files.write(directory.resolve("header"), new byte[512]);
            Files.move(whole, journal);
            Files.delete(journal);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
