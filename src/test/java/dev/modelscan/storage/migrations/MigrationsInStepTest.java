package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.support.MigratedSchema;
import dev.modelscan.storage.support.MigratedSchema.Engine;
import dev.modelscan.storage.testkit.SchemaFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each version's schema is the same on SQLite, from which the typed tables are generated, and on PostgreSQL.
 */
@TestInstance(Lifecycle.PER_CLASS)
class MigrationsInStepTest {

    /** The intended differences, by the version that introduced them; the migration gives the reason. */
    private static final Map<String, Integer> KNOWN = Map.of(
            "index team_members_by_team: on team_members (team_id, joined_at, agent_id, role) on SQLite,"
                    + " on team_members (team_id, joined_at, agent_id) on PostgreSQL",
            6);

    private SchemaFacts newestOnSqlite;
    private MigratedSchema postgresql;
    /** One of each engine, which the versions migrate one after the other. */
    private List<MigratedSchema> growing;

    @BeforeAll
    void migrateToTheNewest(@TempDir Path scratch) throws SQLException, IOException {
        int newest = Engine.SQLITE.scripts().size();
        try (MigratedSchema sqlite = MigratedSchema.create(Engine.SQLITE, newest, scratch)) {
            newestOnSqlite = SchemaFacts.of(sqlite.connection());
        }
        postgresql = MigratedSchema.create(Engine.POSTGRESQL, newest, scratch);
        growing = List.of(
                MigratedSchema.create(Engine.SQLITE, 1, scratch), MigratedSchema.create(Engine.POSTGRESQL, 1, scratch));
    }

    @AfterAll
    void close() throws SQLException {
        postgresql.close();
        for (MigratedSchema each : growing) {
            each.close();
        }
    }

    static IntStream versions() {
        return IntStream.rangeClosed(1, Engine.SQLITE.scripts().size());
    }

    @Test
    void bothHaveTheSameScripts() {
        assertThat(Engine.POSTGRESQL.scripts()).isEqualTo(Engine.SQLITE.scripts());
    }

    @ParameterizedTest(name = "version {0}")
    @MethodSource("versions")
    void bothHaveTheSameSchema(int version) throws SQLException {
        List<String> known = KNOWN.entrySet().stream()
                .filter(difference -> difference.getValue() <= version)
                .map(Map.Entry::getKey)
                .toList();
        for (MigratedSchema each : growing) {
            each.migrate(version);
        }
        assertThat(differences(SchemaFacts.of(growing.get(0).connection()), growing.get(1)))
                .containsExactlyInAnyOrderElementsOf(known);
    }

    /** The comparison finds each kind of difference. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            CREATE TABLE robots (id text PRIMARY KEY)                            | table robots: missing on SQLite, columns (id) on PostgreSQL
            ALTER TABLE tasks RENAME COLUMN error TO failure                     | column tasks.failure: missing on SQLite, text on PostgreSQL
            ALTER TABLE teams DROP COLUMN metadata, ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}' | table teams: columns (id, name, metadata, version, created_at, updated_at, description) on SQLite, columns (id, name, version, created_at, updated_at, description, metadata) on PostgreSQL
            ALTER TABLE tasks ALTER COLUMN error TYPE jsonb USING NULL           | column tasks.error: text on SQLite, JSON on PostgreSQL
            ALTER TABLE tasks ALTER COLUMN error SET NOT NULL                    | column tasks.error: text on SQLite, text, not null on PostgreSQL
            ALTER TABLE tasks ALTER COLUMN type DROP NOT NULL                    | column tasks.type: text, not null on SQLite, text on PostgreSQL
            ALTER TABLE tasks ALTER COLUMN priority DROP DEFAULT                 | column tasks.priority: number, not null, default 0 on SQLite, number, not null on PostgreSQL
            ALTER TABLE tasks ALTER COLUMN priority SET DEFAULT 7                | column tasks.priority: number, not null, default 0 on SQLite, number, not null, default 7 on PostgreSQL
            ALTER TABLE team_members DROP CONSTRAINT team_members_pkey           | primary key of team_members: (team_id, agent_id) on SQLite, missing on PostgreSQL
            ALTER TABLE teams DROP CONSTRAINT teams_name_key                     | unique key of teams (name): present on SQLite, missing on PostgreSQL
            ALTER TABLE tasks DROP CONSTRAINT tasks_team_id_fkey                 | foreign key tasks.team_id: to teams.id, on delete set null on SQLite, missing on PostgreSQL
            ALTER TABLE messages DROP CONSTRAINT messages_receiver_id_fkey, ADD FOREIGN KEY (receiver_id) REFERENCES agents (id) ON DELETE CASCADE | foreign key messages.receiver_id: to agents.id, on delete restrict on SQLite, to agents.id, on delete cascade on PostgreSQL
            DROP INDEX tasks_list                                                | index tasks_list: on tasks (created_at, id) on SQLite, missing on PostgreSQL
            DROP INDEX tasks_list; CREATE INDEX tasks_list ON tasks (id, created_at) | index tasks_list: on tasks (created_at, id) on SQLite, on tasks (id, created_at) on PostgreSQL
            DROP INDEX tasks_list; CREATE UNIQUE INDEX tasks_list ON tasks (created_at, id) | index tasks_list: on tasks (created_at, id) on SQLite, unique on tasks (created_at, id) on PostgreSQL
            DROP INDEX tasks_by_status; CREATE INDEX tasks_by_status ON tasks (status, priority, created_at, id) | index tasks_by_status: on tasks (status, priority desc, created_at, id) on SQLite, on tasks (status, priority, created_at, id) on PostgreSQL
            ALTER TABLE tasks DROP CONSTRAINT tasks_started_at_check             | checks of tasks (started_at): 1 on SQLite, missing on PostgreSQL
            ALTER TABLE tasks ADD CHECK (completed_at >= started_at)             | checks of tasks (completed_at, started_at): missing on SQLite, 1 on PostgreSQL
            DROP TRIGGER tasks_touch ON tasks                                    | trigger tasks_touch on tasks: present on SQLite, missing on PostgreSQL
            """)
    void aDifferenceShows(String change, String difference) throws SQLException {
        postgresql.connection().setAutoCommit(false);
        try {
            postgresql.execute(change);
            assertThat(differences(newestOnSqlite, postgresql)).contains(difference);
        } finally {
            postgresql.connection().rollback();
            postgresql.connection().setAutoCommit(true);
        }
    }

    /** Otherwise order and equality would depend on the server's locale, and differ from SQLite's. */
    @Test
    void allOfPostgresTextComparesByItsBytes() throws SQLException {
        assertThat(
                        postgresql.rows(
                                "SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
                                        + " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0"
                                        + " AND relname <> 'modelscan_schema_history' AND attcollation NOT IN (0, '\"C\"'::regcollation)"))
                .isEmpty();
    }

    /** The library tells errors apart by these names. */
    @Test
    void postgresConstraintsHaveTheNamesThatItGives() throws SQLException {
        assertThat(postgresql.rows("""
                SELECT conname, expected
                FROM pg_constraint
                CROSS JOIN LATERAL (
                    SELECT string_agg(attname, '_' ORDER BY array_position(conkey, attnum)) AS columns
                    FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)) AS used
                CROSS JOIN LATERAL (
                    SELECT conrelid::regclass || CASE contype WHEN 'p' THEN '_pkey' WHEN 'u' THEN '_' || columns || '_key'
                        WHEN 'f' THEN '_' || columns || '_fkey' WHEN 'c' THEN '_' || columns || '_check' END AS expected) AS names
                WHERE connamespace = current_schema()::regnamespace AND conrelid <> 'modelscan_schema_history'::regclass
                    AND conname <> expected""")).isEmpty();
    }

    private static List<String> differences(SchemaFacts onSqlite, MigratedSchema postgresql) throws SQLException {
        return onSqlite.differences(SchemaFacts.of(postgresql.connection()));
    }
}
