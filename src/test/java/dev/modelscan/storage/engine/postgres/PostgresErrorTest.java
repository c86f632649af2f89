package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.EmptySchemas;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.TcpProxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each error of the server becomes the right exception, with what to do. */
@Timeout(60)
class PostgresErrorTest {

    private static final Duration IMPATIENT = Duration.ofMillis(700);

    private static Database open(String workspace) {
        return Database.builder()
                .url(PostgresServer.url())
                .workspace(workspace)
                .busyTimeout(IMPATIENT)
                .poolSize(1)
                .open();
    }

    private static Agent agent() {
        return Agent.builder().name("a").mode("llm").build();
    }

    private static void onServer(String... commands) throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url());
                Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
    }

    private static void requireReadable(Throwable thrown) {
        assertThat(thrown).isInstanceOf(StorageException.class);
        assertThat(thrown.getMessage())
                .doesNotContain("PSQLException")
                .doesNotContain("org.postgresql")
                .doesNotContainIgnoringCase("hikari")
                .doesNotContain("(total=");
    }

    /** A trigger raises them, because most cannot be produced otherwise. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "25006 | UnavailableException | replica",
                "26000 | UnavailableException | PgBouncer",
                "42P05 | UnavailableException | prepareThreshold=0",
                "53100 | StorageFullException | full",
                "53200 | UnavailableException | out of memory",
                "58030 | UnavailableException | files",
                "55006 | BusyException | busyTimeout",
                "XX001 | CorruptDatabaseException | restore a backup",
                "XX002 | CorruptDatabaseException | restore a backup",
                "42501 | StorageException | GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA",
            })
    void aCodeHasOneMeaning(String state, String expected, String text) {
        String workspace = EmptySchemas.take();
        try (Database db = open(workspace)) {
            db.useTx(tx -> {
                tx.dsl()
                        .execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                                + " RAISE EXCEPTION 'by the test' USING ERRCODE = '" + state + "'; END $$");
                tx.dsl()
                        .execute(
                                "CREATE TRIGGER refuse BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION refuse()");
            });
            List<Runnable> calls = List.of(
                    () -> db.agents().create(agent()),
                    () -> db.agents().createAll(List.of(agent())),
                    () -> db.useTx(tx -> tx.agents().create(agent())),
                    () -> db.useTx(tx -> tx.dsl()
                            .insertInto(AGENTS, AGENTS.NAME, AGENTS.MODE)
                            .values("a", "llm")
                            .execute()));
            for (Runnable call : calls.subList(0, 3)) {
                Throwable thrown = catchThrowable(call::run);
                requireReadable(thrown);
                assertThat(thrown.getClass().getSimpleName()).as(state).isEqualTo(expected);
                assertThat(thrown).hasMessageContaining(text);
            }
            assertThat(db.agents().list(10, 0)).isEmpty();
        }
        EmptySchemas.giveBack(workspace);
    }

    @Test
    void aWriteThroughDslIsStillTheCallersMistake() {
        try (Database db = open(PostgresServer.newSchemaName())) {
            assertThatThrownBy(() -> db.dsl().deleteFrom(AGENTS).execute()).hasMessageContaining("db.dsl() only reads");
        }
    }

    @Test
    void aTransactionThatWasIdleForTooLongNamesTheSettingThatEndedIt() {
        try (Database db = open(PostgresServer.newSchemaName())) {
            assertThatThrownBy(() -> db.useTx(tx -> {
                        tx.dsl().execute("SET LOCAL idle_in_transaction_session_timeout = 50");
                        Thread.sleep(500);
                        tx.agents().create(agent());
                    }))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("idle_in_transaction_session_timeout");
            assertThat(db.agents().list(10, 0)).isEmpty();
            db.agents().create(agent());
        }
    }

    @Test
    void aServerWithoutAConnectionLeftIsBusyWhileTheDatabaseIsOpened() {
        try (TcpProxy proxy = new TcpProxy()) {
            DatabaseBuilder builder = Database.builder().url(proxy.url()).busyTimeout(IMPATIENT);
            proxy.refuse(Integer.MAX_VALUE, "53300");
            Throwable many = catchThrowable(builder::openWorkspaces);
            builder.workspace(PostgresServer.newSchemaName());
            for (Throwable thrown : List.of(many, catchThrowable(builder::open))) {
                requireReadable(thrown);
                assertThat(thrown).isInstanceOf(BusyException.class).hasMessageContaining("max_connections");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = 1)
    void anExhaustedPoolOfTheApplicationIsBusyWhileTheDatabaseIsOpened(int size) throws SQLException {
        HikariConfig configuration = new HikariConfig();
        configuration.setJdbcUrl(PostgresServer.url());
        configuration.setMaximumPoolSize(size);
        configuration.setConnectionTimeout(300);
        DatabaseBuilder builder;
        try (HikariDataSource pool = new HikariDataSource(configuration);
                Connection taken = pool.getConnection()) {
            builder = Database.builder()
                    .dataSource(pool)
                    .workspace(PostgresServer.newSchemaName())
                    .busyTimeout(IMPATIENT);
            Throwable thrown = catchThrowable(builder::open);
            requireReadable(thrown);
            assertThat(thrown).isInstanceOf(BusyException.class).hasMessageContaining("data source");
            assertThat(taken.isValid(5)).isTrue();
        }
    }

    @Test
    void aRoleThatMayMakeNoSchemaLearnsWhichGrantItLacks() throws SQLException {
        String role = PostgresServer.newRole();
        String workspace = PostgresServer.newSchemaName();
        DatabaseBuilder builder = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace);
        Throwable thrown = catchThrowable(builder::open);
        requireReadable(thrown);
        assertThat(thrown)
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("GRANT CREATE ON DATABASE \"postgres\" TO \"" + role + "\"");
        onServer("GRANT CREATE ON DATABASE postgres TO " + role);
        builder.open().close();
        onServer("REASSIGN OWNED BY " + role + " TO postgres", "DROP OWNED BY " + role);
    }

    @Test
    void aRoleThatMayNotUseASchemaLearnsWhichGrantItLacks() throws SQLException {
        String role = PostgresServer.newRole();
        String workspace = PostgresServer.newSchema();
        DatabaseBuilder builder = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace);
        String grant = "GRANT USAGE, CREATE ON SCHEMA \"" + workspace + "\" TO \"" + role + "\"";
        assertThatThrownBy(builder::open).isInstanceOf(SchemaException.class).hasMessageContaining(grant);
        // USAGE alone is not enough.
        onServer("GRANT USAGE ON SCHEMA " + workspace + " TO " + role);
        Throwable thrown = catchThrowable(builder::open);
        requireReadable(thrown);
        assertThat(thrown).isInstanceOf(SchemaException.class).hasMessageContaining(grant);
        onServer(grant);
        builder.open().close();
        onServer("REASSIGN OWNED BY " + role + " TO postgres", "DROP OWNED BY " + role);
    }

    @Test
    void aRoleThatMayNotUseTheTablesLearnsWhichGrantsItLacks() throws SQLException {
        String role = PostgresServer.newRole();
        String workspace = PostgresServer.newSchemaName();
        open(workspace).close();
        onServer(
                "GRANT USAGE ON SCHEMA " + workspace + " TO " + role,
                "GRANT SELECT ON ALL TABLES IN SCHEMA " + workspace + " TO " + role);
        String grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"" + workspace + "\" TO \"" + role
                + "\"";
        try (Database db = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace)
                .open()) {
            assertThat(db.agents().list(10, 0)).isEmpty();
            Agent refused = agent();
            assertThatThrownBy(() -> db.agents().create(refused))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("agent " + refused.id())
                    .hasMessageContaining(grant);
            onServer(grant);
            db.agents().create(agent());
        }
        onServer("DROP OWNED BY " + role);
    }

    @Test
    void aRoleThatMayNotReadTheHistoryLearnsWhichGrantsItLacks() throws SQLException {
        String role = PostgresServer.newRole();
        String schema = PostgresServer.newSchema();
        String url = PostgresServer.urlAs(role, PostgresServer.url()) + "&currentSchema=" + schema;
        onServer("GRANT USAGE ON SCHEMA " + schema + " TO " + role);
        assertThatThrownBy(() -> Database.builder().url(url).open())
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("the creation of modelscan_schema_history was rolled back")
                .hasMessageContaining("GRANT USAGE, CREATE ON SCHEMA \"" + schema + "\" TO \"" + role + "\"");

        Database.builder().url(PostgresServer.url(schema)).open().close();
        String tables = " ON ALL TABLES IN SCHEMA \"" + schema + "\" TO \"" + role + "\"";
        Throwable thrown = catchThrowable(() -> Database.builder().url(url).open());
        requireReadable(thrown);
        assertThat(thrown)
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("GRANT SELECT, INSERT, UPDATE, DELETE" + tables);
        assertThatThrownBy(() -> Database.builder().url(url).readOnly().open())
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("GRANT SELECT" + tables);
        onServer("GRANT SELECT" + tables);
        Database.builder().url(url).readOnly().open().close();
        onServer("DROP OWNED BY " + role);
    }

    @Test
    void aDatabaseThatIsNotThereIsToldInTheLibrarysWords() {
        String elsewhere = PostgresServer.url().replaceFirst("(//[^/]+/)[^?]*", "$1no_such_database");
        for (Throwable thrown : List.of(
                catchThrowable(() -> Database.builder().url(elsewhere).open()),
                catchThrowable(() ->
                        Database.builder().url(elsewhere).busyTimeout(IMPATIENT).openWorkspaces()))) {
            requireReadable(thrown);
            assertThat(thrown)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("there is no such database")
                    .hasMessageContaining("no_such_database");
        }
    }
}
