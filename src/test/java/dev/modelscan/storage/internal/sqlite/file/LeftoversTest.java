package dev.modelscan.storage.internal.sqlite.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.modelscan.storage.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    /** As after a loss of power while the file was made. */
    @ParameterizedTest
    @ValueSource(ints = {1, 12, 19, 512})
    void aJournalWithoutAWholeHeaderHoldsNothing(int bytes) throws Exception {
        Path file = Files.createFile(directory.resolve("new.db"));
        byte[] torn = new byte[bytes];
        torn[0] = (byte) 0xd9;
        Files.write(directory.resolve("new.db-journal"), torn);

        Leftovers.requireComplete(file);

        try (Database db = Database.open(file)) {
            assertThat(db.schemaVersion()).isNotNull();
        }
    }

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
