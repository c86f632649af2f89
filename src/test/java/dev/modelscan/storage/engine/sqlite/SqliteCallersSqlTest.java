package dev.modelscan.storage.engine.sqlite;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.StorageException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jooq.ConnectionRunnable;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.ExecuteListener;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

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

    /** SQLite has none, and a double has fewer digits. */
    @Test
    void aDecimalThatWouldLoseDigitsIsNotStored() {
        db.useTx(tx -> tx.dsl().execute("CREATE TABLE amounts (amount TEXT)"));
        List<Object> exact = List.of(
                new BigDecimal("0.5"),
                new BigDecimal("123456789012.345"),
                BigDecimal.valueOf(0.1 + 0.2),
                new BigDecimal("2E23"),
                BigDecimal.valueOf(Long.MAX_VALUE),
                BigInteger.valueOf(Long.MIN_VALUE));
        for (Object amount : exact) {
            db.useTx(tx -> tx.dsl().execute("INSERT INTO amounts VALUES (?)", amount));
            db.useTx(tx -> tx.dsl().execute("UPDATE amounts SET amount = ?", amount));
            assertThat(new BigDecimal(String.valueOf(db.dsl().fetchValue("SELECT amount FROM amounts"))))
                    .isEqualByComparingTo(new BigDecimal(amount.toString()));
            db.useTx(tx -> tx.dsl().execute("DELETE FROM amounts"));
        }
        Object[] longer = {
            new BigDecimal("1234567890.1234567890123"),
            new BigDecimal("1E-400"),
            new BigDecimal("1E400"),
            new BigDecimal("1E+999999999"),
            BigInteger.ONE.shiftLeft(70).add(BigInteger.ONE)
        };
        for (Object amount : longer) {
            for (String sql : List.of(
                    "/* job 7 */ INSERT INTO amounts VALUES (?)",
                    "-- job 7\n REPLACE INTO amounts VALUES (?)",
                    "WITH a AS (SELECT 1) INSERT INTO amounts VALUES (?)",
                    " UPDATE amounts SET amount = ?")) {
                assertThatThrownBy(() -> db.useTx(tx -> tx.dsl().execute(sql, amount)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("give it as a text; if it is only compared, give value.doubleValue()");
            }
            assertThat(db.dsl().fetchCount(DSL.table("amounts"), DSL.condition("amount < ?", amount)))
                    .isZero();
            assertThat(db.dsl().fetchValue("SELECT replace('ab', 'b', '') WHERE ? >= 0", amount))
                    .isEqualTo("a");
            assertThat(db.dsl()
                            .fetchValue(
                                    "WITH a AS (SELECT replace('ab', 'b', '')) SELECT 1 FROM a WHERE ? >= 0", amount))
                    .isEqualTo(1);
        }
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

    /** Nothing sees these statements, so only the settings themselves tell. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ignore_check_constraints = ON",
                "recursive_triggers = ON",
                "secure_delete = FAST",
                "cache_size = 7",
                "max_page_count = 7000",
            })
    void byTheDriversOwnConnectionInATransaction(String setting) {
        String name = setting.substring(0, setting.indexOf(' '));
        Object before = inATransaction(name);
        db.useTx(tx -> tx.dsl().connection(connection -> executing("PRAGMA " + setting)
                .run(connection.unwrap(SQLiteConnection.class))));
        assertThat(inATransaction(name)).isEqualTo(before);
    }

    private Object inATransaction(String setting) {
        return db.withTx(tx -> tx.dsl().fetchValue("SELECT * FROM pragma_" + setting));
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

    @Test
    void byTheConnectionInATransactionWithOneSelect() {
        db.dsl().transaction(configuration -> {
            configuration.dsl().fetchExists(AGENTS);
            configuration.dsl().connection(connection -> {
                try (PreparedStatement attach = connection.prepareStatement("ATTACH ':memory:' AS other")) {
                    attach.execute();
                }
            });
        });
        catchThrowable(() -> db.dsl().fetchExists(AGENTS));
        requireAsBefore();
    }

    /** jOOQ does not fetch the rows, and so does not close them. */
    @Test
    void byASelectWhoseRowsNobodyFetches() {
        db.dsl().execute(db.dsl().select(AGENTS.NAME).from(AGENTS).getSQL());
        requireAsBefore();
    }

    @Test
    void byAStatementBesideASelect() {
        DSLContext attaching = db.dsl()
                .configuration()
                .deriveAppending(ExecuteListener.onExecuteStart(context -> {
                    try (PreparedStatement attach =
                            context.connection().prepareStatement("ATTACH ':memory:' AS other")) {
                        attach.execute();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .dsl();
        attaching.select(AGENTS.NAME).from(AGENTS).fetch();
        requireAsBefore();
    }

    @Test
    void byTheLimitsOfAStatement() {
        db.agents().create(Agent.builder().name("another").mode("llm").build());
        Select<?> names = db.dsl().select(AGENTS.NAME).from(AGENTS).orderBy(AGENTS.NAME);

        assertThat(db.dsl().fetch(names)).hasSize(2);
        assertThat(db.dsl().resultQuery(names.getSQL()).maxRows(1).fetch()).hasSize(1);
        assertThat(db.dsl().fetch(names)).hasSize(2);
    }

    /** The connection keeps the statement of a select. A second one with the same text needs its own. */
    @Test
    void theSameSelectTwiceAtOnce() {
        db.agents().create(Agent.builder().name("another").mode("llm").build());
        db.dsl().transaction(configuration -> {
            try (Cursor<?> outer = names(configuration.dsl(), "first");
                    Cursor<?> inner = names(configuration.dsl(), "another")) {
                assertThat(inner.fetchNext().get(0)).isEqualTo("another");
                assertThat(outer.fetchNext().get(0)).isEqualTo("first");
            }
            try (Cursor<?> again = names(configuration.dsl(), "another")) {
                assertThat(again.fetchNext().get(0)).isEqualTo("another");
            }
        });
        assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(2);
    }

    private static Cursor<?> names(DSLContext dsl, String name) {
        return dsl.select(AGENTS.NAME).from(AGENTS).where(AGENTS.NAME.eq(name)).fetchLazy();
    }

    /** Another program adds a column to a table that a kept statement reads. */
    @Test
    void aSelectOfAllColumnsHasTheNewOnes() throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("own.db"));
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TABLE notes (id TEXT)");
            statement.execute("INSERT INTO notes VALUES ('1')");
            assertThat(db.dsl().fetchOne("SELECT * FROM notes").size()).isEqualTo(1);
            assertThat(db.dsl().fetchOne("SELECT id FROM notes").get(0)).isEqualTo("1");
            statement.execute("ALTER TABLE notes ADD COLUMN text TEXT");
            assertThat(db.dsl().fetchOne("SELECT * FROM notes").size()).isEqualTo(2);
            assertThat(db.dsl().fetchOne("SELECT id FROM notes").get(0)).isEqualTo("1");
        }
    }
}
