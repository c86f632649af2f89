package dev.modelscan.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.transfer.LeftBehind.Kind;
import dev.modelscan.storage.transfer.TransferProgress.Phase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every object in the source that is not the library's is named, and is left behind only if the caller says
 * so.
 */
class TransferLeftBehindTest extends TransferFixture {

    @BeforeEach
    void fillSource() {
        fillOddly();
    }

    private LeftBehindException refusal() {
        LeftBehindException refused =
                catchThrowableOfType(LeftBehindException.class, () -> transfer().run());
        assertThat(refused).isNotNull();
        return refused;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE TABLE notes (id); INSERT INTO notes VALUES (1), (2) | TABLE | notes | 2",
                "CREATE TABLE \"odd \"\" name\" (id) | TABLE | odd \" name | 0",
                "CREATE TABLE notes (id PRIMARY KEY) WITHOUT ROWID | TABLE | notes | 0",
                "CREATE VIEW busy AS SELECT * FROM tasks | VIEW | busy |",
                "CREATE VIEW broken AS SELECT * FROM nowhere | VIEW | broken |",
                "CREATE VIRTUAL TABLE found USING fts5(text); INSERT INTO found VALUES ('a') | VIRTUAL_TABLE | found | 1",
                "ALTER TABLE agents ADD COLUMN colour TEXT | COLUMN | agents.colour | 0",
                "ALTER TABLE workflows ADD COLUMN colour TEXT DEFAULT 'red' | COLUMN | workflows.colour | 600",
                "ALTER TABLE workflows ADD COLUMN twice INTEGER AS (2 * version) | COLUMN | workflows.twice | 600",
                "CREATE INDEX own ON tasks (error) | INDEX | own |",
                "CREATE UNIQUE INDEX own ON tasks (id, error) | INDEX | own |",
                "CREATE TRIGGER own AFTER DELETE ON tasks BEGIN SELECT 1;END | TRIGGER | own |",
                "DROP TRIGGER tasks_touch; CREATE TRIGGER tasks_touch AFTER UPDATE ON tasks BEGIN SELECT 1;END"
                        + " | TRIGGER | tasks_touch |",
                "DROP INDEX tasks_list; CREATE INDEX tasks_list ON tasks (created_at) WHERE priority > 0 | INDEX"
                        + " | tasks_list |",
            })
    void whatIsNotTheLibrarysIsNamedAndNothingIsWritten(String made, Kind kind, String name, Long rows)
            throws SQLException {
        inSource(made);

        LeftBehindException refused = refusal();

        assertThat(refused.leftBehind()).containsExactly(new LeftBehind(kind, name, rows));
        assertThat(refused).hasMessageContaining(name).hasMessageContaining("--leave-behind");
        assertThatThrownBy(() -> transfer().dryRun()).isInstanceOf(LeftBehindException.class);
        assertThat(schemaExists()).isFalse();
        requireNothingLeftOver();

        assertThat(transfer().leaveBehind(name).dryRun().leftBehind()).isEqualTo(refused.leftBehind());
        TransferResult result = transfer().leaveBehind(name).run();
        assertThat(result.leftBehind()).isEqualTo(refused.leftBehind());
        requireSame(file, result);
    }

    @Test
    void aDatabaseOfTheLibraryAloneLeavesNothingBehind() throws SQLException {
        inSource("ANALYZE");
        assertThat(transfer().dryRun().leftBehind()).isEmpty();
        assertThat(transfer().leaveBehind("not there").run().leftBehind()).isEmpty();
    }

    @Test
    void allIsNamedAtOnceAndATableTakesItsIndexesAndTriggersWithIt() throws SQLException {
        inSource(
                "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text UNIQUE); CREATE INDEX n ON notes (text);"
                        + " CREATE TRIGGER n AFTER DELETE ON notes BEGIN SELECT 1;END; CREATE VIEW v AS SELECT * FROM notes;"
                        + " CREATE TRIGGER v INSTEAD OF INSERT ON v BEGIN SELECT 1;END; CREATE TABLE Other (id);"
                        + " ALTER TABLE agents ADD COLUMN colour TEXT");

        assertThat(refusal().leftBehind())
                .extracting(LeftBehind::toString)
                .containsExactly(
                        "table Other (0 rows)", "table notes (0 rows)", "view v", "column agents.colour (0 values)");

        LeftBehindException rest = catchThrowableOfType(
                LeftBehindException.class,
                () -> transfer().leaveBehind("OTHER", "notes").leaveBehind("v").run());
        assertThat(rest.leftBehind()).extracting(LeftBehind::name).containsExactly("agents.colour");
        assertThat(transfer()
                        .leaveBehind("notes", "other", "v", "Agents.Colour")
                        .run()
                        .leftBehind())
                .hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tasks", "TASKS", "agents.name", "modelscan_schema_history"})
    void whatIsAlwaysCopiedCannotBeLeftBehind(String name) throws SQLException {
        for (boolean dry : List.of(true, false)) {
            assertThatThrownBy(() -> {
                        Transfer transfer = transfer().leaveBehind(name);
                        if (dry) {
                            transfer.dryRun();
                        } else {
                            transfer.run();
                        }
                    })
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("always copied");
        }
        assertThat(schemaExists()).isFalse();
    }

    /** The snapshot has it, although the source did not have it when it was checked. */
    @Test
    void aTableThatIsMadeMeanwhileDoesNotSlipThrough() throws SQLException {
        assertThatThrownBy(() -> transfer()
                        .onProgress(progress -> {
                            if (progress.phase() == Phase.SNAPSHOT) {
                                makeNotes();
                            }
                        })
                        .run())
                .isInstanceOf(LeftBehindException.class);
        requireNothingLeftOver();
        try (Database db = target().open()) {
            assertThat(db.stats().rows().values()).containsOnly(0L);
        }
    }

    private void makeNotes() {
        try {
            inSource("CREATE TABLE notes (id)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRunThatGoesOnAsksAgain() throws SQLException {
        inSource("CREATE TABLE notes (id)");
        assertThatThrownBy(() -> transfer()
                        .leaveBehind("notes")
                        .onProgress(progress -> {
                            if (progress.phase() == Phase.INDEX) {
                                throw new IllegalStateException("stopped");
                            }
                        })
                        .run())
                .hasMessage("stopped");

        refusal();

        TransferResult result = transfer().leaveBehind("notes").run();
        assertThat(result.resumed()).isTrue();
        assertThat(result.leftBehind()).hasSize(1);
        requireSame(file, result);
    }

    /** A run also rejects each of them, one after the other. */
    @Test
    void aDryRunTellsAllThatARunWouldRefuse() throws SQLException {
        try (Database db = target().open()) {
            db.agents().create(Agent.builder().name("first").mode("llm").build());
            db.teams().create(Team.builder().name("first").build());
        }
        inSource("CREATE TABLE notes (id)");
        List<String> ids = inSource("SELECT id FROM tasks ORDER BY id LIMIT 3");
        inSource("UPDATE tasks SET error = char(97, 0), version = 9 WHERE id IN ('" + ids.get(0) + "', '" + ids.get(1)
                + "')");
        inSource("PRAGMA ignore_check_constraints = ON; UPDATE tasks SET version = 9, priority = 101 WHERE id = '"
                + ids.get(2) + "'");
        inSource("PRAGMA foreign_keys = OFF; DELETE FROM teams WHERE id IN (SELECT team_id FROM team_members LIMIT 1)");

        StorageException first =
                catchThrowableOfType(StorageException.class, () -> transfer().dryRun());

        assertThat(first).isInstanceOf(ConflictException.class).hasMessageContaining("rows in agents, teams");
        assertThat(first.getSuppressed())
                .hasAtLeastOneElementOfType(LeftBehindException.class)
                .hasAtLeastOneElementOfType(CorruptDatabaseException.class)
                .hasAtLeastOneElementOfType(ReferenceException.class);
        assertThat(first.getSuppressed())
                .filteredOn(InvalidDataException.class::isInstance)
                .extracting(e -> ((InvalidDataException) e).id())
                .containsExactly(ids.get(0), ids.get(1));
        requireNothingLeftOver();
    }

    @Test
    void aDryRunTellsWhatTheRoleMayNotDo() throws SQLException {
        String role = PostgresServer.newRole();
        Transfer asRole = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace)
                .transferFrom(file);

        assertThatThrownBy(asRole::dryRun)
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("CREATE on the database");
        target().open().close();
        inTarget("GRANT USAGE ON SCHEMA " + workspace + " TO " + role);
        inTarget("GRANT SELECT ON ALL TABLES IN SCHEMA " + workspace + " TO " + role);
        StorageException refused = catchThrowableOfType(StorageException.class, asRole::dryRun);
        assertThat(refused).isInstanceOf(SchemaException.class).hasMessageContaining("USAGE and CREATE");
        assertThat(refused.getSuppressed()).anyMatch(e -> e.getMessage().contains("agents belongs to the role"));
    }
}
