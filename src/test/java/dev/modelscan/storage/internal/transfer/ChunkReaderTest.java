package dev.modelscan.storage.internal.transfer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ChunkReaderTest {

    @TempDir
    Path directory;

    /** A message may be larger than the free memory. */
    @Test
    @Timeout(20)
    void anErrorOfTheReadingThreadReachesTheOneThatWaits() {
        Snapshot snapshot = new Snapshot(directory.resolve("source.db"), "1");
        Database.open(snapshot.file()).close();
        OutOfMemoryError error = new OutOfMemoryError("by the test");
        try (ChunkReader reader = new ChunkReader(snapshot, CopiedTable.LIBRARY, table -> {
            throw error;
        })) {
            assertThatThrownBy(reader::next).isSameAs(error);
        }
    }
}
