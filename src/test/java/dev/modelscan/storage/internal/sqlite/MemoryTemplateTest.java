package dev.modelscan.storage.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A database in memory is a copy, and nobody can tell. */
class MemoryTemplateTest {

    @Test
    void aCopyIsWhatTheMigrationsMake() throws SQLException {
        SqliteConnections migrated = SqliteConnections.toMemory(Duration.ofSeconds(1));
        SqliteConnections copied = SqliteConnections.toMemory(Duration.ofSeconds(1));
        try (Connection one = migrated.openProbe();
                Connection other = copied.openProbe()) {
            List<String> applied = new SqliteMigrator(migrated, Duration.ZERO).migrateInOneTransaction();
            assertThat(new SqliteMigrator(copied, Duration.ZERO).migrate())
                    .isEqualTo(applied)
                    .isNotEmpty();

            for (String what : List.of(
                    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2",
                    "SELECT version, script, checksum, success FROM modelscan_schema_history ORDER BY installed_rank",
                    "PRAGMA application_id",
                    "PRAGMA user_version",
                    "PRAGMA page_size",
                    "PRAGMA encoding",
                    "PRAGMA auto_vacuum",
                    "PRAGMA foreign_key_check",
                    "PRAGMA integrity_check")) {
                assertThat(rows(other, what)).as(what).isEqualTo(rows(one, what));
            }
        }
    }

    @Test
    void copiesShareNothing() {
        List<Integer> seen = IntStream.range(0, 40)
                .parallel()
                .mapToObj(i -> {
                    try (Database db = Database.inMemory()) {
                        db.agents().create(Agent.builder().name("a").mode("llm").build());
                        return db.agents().list(10, 0).size();
                    }
                })
                .toList();

        assertThat(seen).hasSize(40).containsOnly(1);
        try (Database db = Database.inMemory()) {
            assertThat(db.agents().list(10, 0)).isEmpty();
            assertThat(db.doctor().findings()).isEmpty();
        }
    }

    private static List<String> rows(Connection connection, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet found = connection.createStatement().executeQuery(sql)) {
            while (found.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.append(found.getString(i)).append('|');
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }
}
