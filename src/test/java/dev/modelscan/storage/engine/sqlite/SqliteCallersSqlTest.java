package dev.modelscan.storage.engine.sqlite;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.StorageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.jooq.ConnectionRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a query of {@code db.dsl()} leaves on the only reading connection is gone before the next query. */
@Timeout(60)
class SqliteCallersSqlTest {

    @TempDir
    Path directory;

    private Database db;

    @BeforeEach
    void open() {
        db = Database.builder().path(directory.resolve("own.db")).readers(1).open();
        db.agents().create(Agent.builder().name("first").mode("llm").build());
    }

    @AfterEach
    void close() {
        db.close();
    }

    private void requireAsBefore() {
        db.agents().create(Agent.builder().name("second").mode("llm").build());
        assertThat(db.agents().list(10, 0)).hasSize(2);
        assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(2);
        assertThat(db.dsl().fetchValue("SELECT count(*) FROM pragma_database_list WHERE name NOT IN ('main', 'temp')"))
                .isEqualTo(0);
        assertThat(catchThrowable(() -> db.dsl().deleteFrom(AGENTS).execute())).isInstanceOf(StorageException.class);
        assertThat(db.agents().list(10, 0)).hasSize(2);
        assertThat(db.dsl().fetchValue("SELECT 'A' LIKE 'a'")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/* x */ BEGIN",
                "-- x\nSAVEPOINT mine",
                "PRAGMA query_only = OFF",
                "/* x */ PRAGMA query_only = OFF",
                "PRAGMA case_sensitive_like = ON",
                "/* x */ PRAGMA case_sensitive_like = ON",
                "ATTACH ':memory:' AS other",
                "PRAGMA busy_timeout = 1",
            })
    void bySql(String sql) {
        catchThrowable(() -> db.dsl().fetch(sql));
        catchThrowable(() -> db.dsl().fetchCount(AGENTS));
        requireAsBefore();
    }

    private static ConnectionRunnable executing(String... statements) {
        return (Connection connection) -> {
            try (Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        };
    }

    @Test
    void byTheConnection() {
        db.dsl().connection(executing("/* x */ BEGIN", "SELECT count(*) FROM agents"));
        requireAsBefore();
    }

    @Test
    void byATransactionOfTheDriver() {
        db.dsl().connection(connection -> {
            connection.setAutoCommit(false);
            executing("SELECT count(*) FROM agents").run(connection);
        });
        requireAsBefore();
    }

    @Test
    void byAConnectionThatIsClosed() {
        catchThrowable(() -> db.dsl().connection(Connection::close));
        requireAsBefore();
    }

    @Test
    void byAStatementThatIsNotClosed() {
        db.dsl().connection(connection -> connection
                .createStatement()
                .executeQuery("SELECT * FROM agents")
                .next());
        requireAsBefore();
    }
}
