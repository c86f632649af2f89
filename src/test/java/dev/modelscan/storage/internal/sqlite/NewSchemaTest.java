package dev.modelscan.storage.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.internal.migrate.FlywayRun;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jooq.ConnectionCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A new database does not run the migrations one by one, and nobody can tell. */
class NewSchemaTest {

    private static final String TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1";
    private static final String HISTORY = "SELECT installed_rank, version, description, type, script, checksum,"
            + " installed_by, success FROM modelscan_schema_history ORDER BY installed_rank";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isWhatTheMigrationsMake(boolean inMemory) throws SQLException {
        SqliteConnections migrated = SqliteConnections.toMemory(Duration.ofSeconds(1));
        try (Connection one = migrated.openMigrator()) {
            SqliteMigrator.execute(one, "BEGIN");
            SqliteMigrator.execute(one, "PRAGMA application_id = " + SqliteConnections.APPLICATION_ID);
            List<String> applied =
                    FlywayRun.migrate(one, "a database", MigrationPlan.of(SqliteMigrator.LOCATION, List.of()));
            SqliteMigrator.execute(one, "COMMIT");
            try (Database db = inMemory ? Database.inMemory() : Database.open(directory.resolve("new.db"))) {
                assertThat(db.appliedMigrations()).isEqualTo(applied).isNotEmpty();
                List<String> asked = new ArrayList<>(List.of(
                        // Flyway makes its history in other words.
                        "SELECT type, name, tbl_name, sql FROM sqlite_schema"
                                + " WHERE tbl_name <> 'modelscan_schema_history' ORDER BY 1, 2",
                        "SELECT name, pk, \"notnull\" FROM pragma_table_info('modelscan_schema_history')",
                        HISTORY,
                        "PRAGMA application_id",
                        "PRAGMA user_version",
                        "PRAGMA page_size",
                        "PRAGMA encoding",
                        "PRAGMA auto_vacuum",
                        "PRAGMA foreign_key_check",
                        "PRAGMA integrity_check"));
                rows(one, TABLES).forEach(table -> asked.add("SELECT count(*) FROM " + table.replace("|", "")));
                for (String each : asked) {
                    List<String> made = db.dsl()
                            .connectionResult((ConnectionCallable<List<String>>) connection -> rows(connection, each));
                    assertThat(made).as(each).isEqualTo(rows(one, each));
                }
            }
        }
    }

    @Test
    void theHistoryHasTheTimeAtWhichTheDatabaseWasMade() throws SQLException {
        Database.open(directory.resolve("first.db")).close();
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        try (Database db = Database.open(directory.resolve("second.db"))) {
            List<String> times = db.dsl().connectionResult((ConnectionCallable<List<String>>) connection ->
                    rows(connection, "SELECT DISTINCT replace(installed_on, ' ', 'T') FROM modelscan_schema_history"));
            assertThat(times).isNotEmpty().allSatisfy(time -> assertThat(
                            LocalDateTime.parse(time.replace("|", "")).toInstant(ZoneOffset.UTC))
                    .isBetween(before, Instant.now()));
        }
    }

    @Test
    void databasesInMemoryShareNothing() {
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
