package dev.modelscan.storage.internal.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.internal.postgres.PostgresMigrator;
import org.junit.jupiter.api.Test;

/** The requirements for a PostgreSQL server. There is no old server to test with. */
class ServerRequirementsTest {

    @Test
    void aServerThatIsTooOldIsRefused() {
        assertThat(PostgresMigrator.problem(13, "UTF8"))
                .isEqualTo("runs PostgreSQL 13; the oldest version that is accepted is 14");
        assertThat(PostgresMigrator.problem(14, "UTF8")).isNull();
    }

    @Test
    void anEncodingThatLacksCharactersIsRefused() {
        assertThat(PostgresMigrator.problem(18, "LATIN1")).startsWith("has the encoding LATIN1");
    }
}
