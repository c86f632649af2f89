package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.ColumnTypes;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.StorageException;
import java.nio.file.Path;
import java.time.Instant;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL has a type for times, and holds none that is damaged. */
class DamagedTimeTest {

    /** jOOQ converts it as it converts a text that a caller gives. */
    @Test
    void itIsNamedInANestedCollection(@TempDir Path directory) {
        Field<Instant> time =
                DSL.field("'" + "x".repeat(100) + "'", SQLDataType.VARCHAR.asConvertedDataType(ColumnTypes.instant()));
        try (Database db = Database.open(directory.resolve("test.db"))) {
            assertThatThrownBy(() ->
                            db.dsl().select(DSL.multiset(DSL.select(time))).fetch())
                    .isInstanceOf(StorageException.class)
                    .hasStackTraceContaining("time \"" + "x".repeat(60)
                            + "…\", given or stored, is not of the form 2025-12-18T09:30:00.000000Z");
        }
    }
}
