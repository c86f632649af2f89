package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jooq.ConnectionRunnable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.jdbc.PgConnection;
import org.sqlite.SQLiteConnection;

/**
 * A function of {@code withTx} may try to end the transaction. If {@code withTx} throws, nothing is stored,
 * unless the exception says that the outcome is unknown.
 */
@Timeout(120)
abstract class CallersCommitContract extends Contract {

    /** The Error of the test. */
    private static final class Mine extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What a function can do to its connection. */
    enum Way {
        COMMIT(Connection::commit),
        ROLLBACK(Connection::rollback),
        AUTO_COMMIT(connection -> connection.setAutoCommit(true)),
        NO_AUTO_COMMIT(connection -> connection.setAutoCommit(false)),
        SAVEPOINT(connection -> connection.rollback(connection.setSavepoint("mine"))),
        CLOSE(Connection::close),
        ABORT(connection -> connection.abort(Runnable::run)),
        OF_THE_METADATA(connection -> connection.getMetaData().getConnection().commit()),
        OF_A_STATEMENT(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.getConnection().commit();
            }
        }),
        READ_ONLY(connection -> connection.setReadOnly(true)),
        ISOLATION(connection -> connection.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED)),
        SCHEMA(connection -> connection.setSchema("pg_catalog")),
        UNWRAPPED(connection -> connection.unwrap(Connection.class).commit()),
        HIDDEN_COMMIT(connection -> execute(connection, "/* x */ COMMIT")),
        HIDDEN_ROLLBACK(connection -> execute(connection, "-- x\n ROLLBACK")),
        COMMIT_AND_GO_ON(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("/* x */ COMMIT");
                statement.execute("UPDATE agents SET mode = 'changed behind' WHERE name = 'bystander'");
            }
        }),
        COMMIT_UNWRAPPED_AND_FAIL(connection -> {
            execute(driver(connection), "COMMIT");
            execute(driver(connection), "SELECT 1 FROM no_such_table");
        }),
        ROLLBACK_UNWRAPPED_AND_FAIL(connection -> {
            execute(driver(connection), "ROLLBACK");
            execute(driver(connection), "SELECT 1 FROM no_such_table");
        }),
        FAIL_UNWRAPPED(connection -> execute(driver(connection), "SELECT 1 FROM no_such_table")),
        COMMIT_UNWRAPPED_GO_ON_AND_FAIL(connection -> {
            execute(driver(connection), "COMMIT");
            execute(driver(connection), "UPDATE agents SET mode = mode WHERE name = 'first'");
            execute(driver(connection), "SELECT 1 FROM no_such_table");
        }),
        PREPARED_BEFORE(connection -> {
            try (Statement statement = connection.prepareStatement(
                            "UPDATE agents SET mode = 'changed behind' WHERE name = 'bystander'");
                    Statement other = connection.createStatement()) {
                catchThrowable(() -> other.execute("/* x */ COMMIT"));
                ((java.sql.PreparedStatement) statement).executeUpdate();
            }
        }),
        BATCH(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("/* x */ COMMIT");
                statement.addBatch("UPDATE agents SET mode = 'changed behind' WHERE name = 'bystander'");
                statement.executeBatch();
            }
        });

        private final ConnectionRunnable use;

        Way(ConnectionRunnable use) {
            this.use = use;
        }
    }

    /** The driver's connection, which the library does not watch. */
    private static Connection driver(Connection connection) throws SQLException {
        return connection.isWrapperFor(SQLiteConnection.class)
                ? connection.unwrap(SQLiteConnection.class)
                : connection.unwrap(PgConnection.class);
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private interface Step {
        void run(Tx tx) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void throughTheConnection(Way way) {
        requireTruth(tx -> tx.dsl().connection(way.use));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                " commit ",
                "END",
                "ROLLBACK",
                "/* x */ COMMIT",
                "/* x */ /* y */ END",
                "-- x\nCOMMIT",
                "-- x\r\n/**/\tROLLBACK",
                "/* x */ ABORT",
                ";COMMIT",
                "; ; /* x */ COMMIT",
                "/* x */ COMMIT AND CHAIN",
                "/* x */ ROLLBACK AND CHAIN",
                "/* x */ PREPARE TRANSACTION 'mine'",
                "SELECT 1; COMMIT",
                "SELECT 1; COMMIT; BEGIN",
                "SELECT 1; ROLLBACK; BEGIN",
                "UPDATE agents SET mode = 'changed' WHERE name = 'first'; COMMIT; BEGIN",
                "UPDATE agents SET mode = 'changed' WHERE name = 'first'; COMMIT",
                "SELECT 1; COMMIT; BEGIN; SELECT 1 FROM no_such_table",
                "SELECT 1; ROLLBACK; BEGIN; SELECT 1 FROM no_such_table",
                "SELECT 1; PREPARE TRANSACTION 'mine'; BEGIN; SELECT 1 FROM no_such_table",
                "DO $$ BEGIN COMMIT; END $$",
                "DO $$ BEGIN ROLLBACK; END $$",
                "/* x */ RELEASE level_1",
                "/* x */ ROLLBACK TO level_1",
                "/* x */ RELEASE member",
            })
    void bySql(String sql) {
        requireTruth(tx -> tx.dsl().execute(sql));
        requireTruth(tx -> tx.dsl().fetch(sql));
        requireTruth(tx -> tx.dsl()
                .batch(sql, "UPDATE agents SET mode = 'later' WHERE name = 'first'")
                .execute());
        requireTruth(tx -> tx.dsl().connection(connection -> execute(connection, sql)));
    }

    private void requireTruth(Step step) {
        for (boolean swallows : List.of(false, true)) {
            for (boolean throwsAtLast : List.of(false, true)) {
                requireTruth(step, swallows, throwsAtLast);
                requireTruthOfPart(step, swallows, throwsAtLast);
            }
        }
        Agent afterwards = createAgent("afterwards");
        assertThat(db.agents().get(afterwards.id())).isEqualTo(afterwards);
        db.agents().delete(afterwards.id());
    }

    private void function(Tx tx, Step step, boolean swallows, boolean throwsAtLast) throws Exception {
        tx.agents().create(agent("first").build());
        Throwable thrown = catchThrowable(() -> step.run(tx));
        if (thrown != null && !swallows) {
            throwAny(thrown);
        }
        Throwable second =
                catchThrowable(() -> tx.agents().create(agent("second").build()));
        if (second != null && !swallows) {
            throwAny(second);
        }
        if (throwsAtLast) {
            throw new Mine();
        }
    }

    private static void throwAny(Throwable thrown) throws Exception {
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (Exception) thrown;
    }

    private void requireTruth(Step step, boolean swallows, boolean throwsAtLast) {
        createAgent("bystander");
        Throwable thrown = catchThrowable(() -> db.useTx(tx -> function(tx, step, swallows, throwsAtLast)));
        Set<String> stored = names();
        if (thrown == null) {
            assertThat(stored).contains("first", "second");
        } else if (thrown instanceof OutcomeUnknownException) {
            assertThat(stored).doesNotContain("second");
        } else {
            assertThat(stored).describedAs("%s", thrown).doesNotContain("first", "second");
        }
        if (thrown != null) {
            assertThat(db.agents().findByName("bystander").orElseThrow().mode()).isEqualTo("llm");
        }
        clear();
    }

    private void requireTruthOfPart(Step step, boolean swallows, boolean throwsAtLast) {
        createAgent("bystander");
        Throwable[] inPart = new Throwable[1];
        Throwable thrown = catchThrowable(() -> db.useTx(tx -> {
            tx.agents().create(agent("before").build());
            inPart[0] = catchThrowable(() -> tx.useTx(part -> function(part, step, swallows, throwsAtLast)));
            catchThrowable(() -> tx.agents().create(agent("after").build()));
        }));
        Set<String> stored = names();
        if (thrown == null && inPart[0] == null) {
            assertThat(stored).contains("before", "first", "second", "after");
        } else if (thrown == null) {
            assertThat(stored)
                    .describedAs("%s", inPart[0])
                    .contains("before", "after")
                    .doesNotContain("first", "second");
        } else if (thrown instanceof OutcomeUnknownException) {
            assertThat(stored).doesNotContain("second", "after");
        } else {
            assertThat(stored).describedAs("%s", thrown).doesNotContain("before", "first", "second", "after");
        }
        clear();
    }

    private Set<String> names() {
        return new HashSet<>(db.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME));
    }

    private void clear() {
        db.useTx(tx -> tx.dsl().deleteFrom(AGENTS).execute());
    }
}
