package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.queries.Into.into;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.modelscan.storage.ColumnTypes;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.support.PostgresServer;
import java.time.Instant;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;

/** A table of the application's may hold a time that no Instant is. The library's tables reject it. */
class InfiniteTimeTest {

    private static final Field<String> ID = field(name("id"), String.class);
    private static final Field<Instant> ENDS_AT =
            field(name("ends_at"), SQLDataType.VARCHAR.asConvertedDataType(ColumnTypes.instant()));

    @Test
    void itIsNeverReadAsAnotherTime() {
        try (Database db = Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .open()) {
            db.useTx(tx -> tx.dsl().execute("CREATE TABLE terms (id text PRIMARY KEY, ends_at timestamptz)"));
            db.useTx(tx -> tx.dsl()
                    .execute("INSERT INTO terms VALUES ('infinity', 'infinity'), ('-infinity',"
                            + " '-infinity'), ('2026', '2026-01-02 03:04:05.678901Z')"));
            StoredQuery<Optional<Instant>> plain = endOf("2026");
            // After the fifth time the server sends bytes instead of text.
            for (int i = 0; i < 7; i++) {
                assertThat(db.query(plain).list(1))
                        .containsExactly(Optional.of(Instant.parse("2026-01-02T03:04:05.678901Z")));
            }
            for (String id : new String[] {"infinity", "-infinity"}) {
                StoredQuery<Optional<Instant>> infinite = endOf(id);
                for (int i = 0; i < 7; i++) {
                    assertThatThrownBy(() -> db.query(infinite).list(1))
                            .isExactlyInstanceOf(CorruptDatabaseException.class)
                            .hasMessageContaining("infinity");
                    assertThatThrownBy(() -> db.dsl()
                                    .select(ENDS_AT)
                                    .from(table(name("terms")))
                                    .where(ID.eq(id))
                                    .fetch())
                            .hasMessageContaining("infinity");
                }
            }
        }
    }

    private static StoredQuery<Optional<Instant>> endOf(String id) {
        return StoredQueries.query(
                () -> select(ENDS_AT)
                        .from(table(name("terms")))
                        .where(ID.eq(inline(id)))
                        .orderBy(ID),
                into(Optional::ofNullable));
    }
}
