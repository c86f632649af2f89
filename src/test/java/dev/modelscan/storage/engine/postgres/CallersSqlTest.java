package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.workspaces.Workspaces;
import java.util.List;
import org.jooq.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the caller's SQL leaves on a connection must be gone before its next user. There is one connection for
 * reads and one for writes, so the next call gets the same one.
 */
@Timeout(60)
public class CallersSqlTest {

    private static final String X = PostgresServer.newSchemaName();
    private static final String Y = PostgresServer.newSchemaName();

    private Workspaces workspaces;
    private Database x;
    private Database y;
    private Agent own;

    protected String url() {
        return PostgresServer.url();
    }

    @BeforeEach
    void open() {
        workspaces = Database.builder().url(url()).poolSize(1).openWorkspaces();
        x = workspaces.open(X);
        y = workspaces.open(Y);
        own = x.agents().create(Agent.builder().name("of x").mode("llm").build());
        y.agents().create(Agent.builder().name("of y").mode("llm").build());
    }

    @AfterEach
    void close() {
        x.useTx(tx -> tx.dsl().deleteFrom(AGENTS).execute());
        y.useTx(tx -> tx.dsl().deleteFrom(AGENTS).execute());
        workspaces.close();
    }

    private void requireAsBefore() {
        assertThat(x.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME)).containsExactly("of x");
        assertThat(x.agents().list(10, 0)).containsExactly(own);
        x.agents().create(Agent.builder().name("another").mode("llm").build());
        x.useTx(tx -> tx.agents().updateStatus(own.id(), AgentStatus.ACTIVE));
        assertThat(x.agents().list(10, 0)).extracting(Agent::name).containsExactly("of x", "another");
        assertThat(y.agents().list(10, 0)).extracting(Agent::name).containsExactly("of y");
        assertThat(catchThrowable(() -> x.dsl().deleteFrom(AGENTS).execute())).isInstanceOf(StorageException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET search_path TO %s",
                "SELECT set_config('search_path', '%s', false)",
                "SET statement_timeout = 1",
                "SET default_transaction_read_only = on",
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
                "CREATE TEMPORARY TABLE agents (id text)",
                "SET ROLE pg_monitor",
                "RESET ALL",
                "/* */ SET SESSION search_path TO %s",
                "DO $$ BEGIN SET statement_timeout = 1; END $$",
                "DO $$ BEGIN EXECUTE 'SET search_path TO %s'; END $$",
            })
    void whatATransactionSets(String sql) {
        // Ignore the exception if the role may not do it.
        catchThrowable(() -> x.useTx(tx -> tx.dsl().execute(sql.formatted(Y))));
        requireAsBefore();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET search_path TO %s",
                "/* */ SET search_path TO %s",
                "DO $$ BEGIN EXECUTE 'SET search_path TO %s'; END $$",
                "DO $$ BEGIN EXECUTE 'SET default_transaction_read_only = off'; END $$",
                "/* */ SET statement_timeout = 1",
                "/* */ BEGIN",
                "/* */ BEGIN READ WRITE",
                "/* */ COMMIT",
                "/* */ ROLLBACK",
                "/* */ SET default_transaction_read_only = off; COMMIT",
                "CREATE TEMPORARY TABLE agents (id text)",
                "SELECT pg_advisory_lock(42)",
            })
    void whatAQuerySets(String sql) {
        catchThrowable(() -> x.dsl().execute(sql.formatted(Y)));
        requireAsBefore();
    }

    @Test
    void whatTheConnectionItselfSets() {
        x.dsl().connection(connection -> connection.setSchema(Y));
        x.dsl().connection(connection -> connection.setReadOnly(false));
        assertThat(catchThrowable(() -> x.useTx(tx -> tx.dsl().connection(connection -> connection.setSchema(Y)))))
                .isInstanceOf(IllegalStateException.class);
        x.dsl().connection(connection -> connection.setAutoCommit(false));
        requireAsBefore();
    }

    @Test
    void noCursorStaysOpenAndNobodyListens() {
        for (String sql : List.of("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "LISTEN x")) {
            // Behind a pooler it may be refused.
            catchThrowable(() -> x.useTx(tx -> tx.dsl().execute(sql)));
        }
        y.useTx(tx -> assertThat(tx.dsl().fetchValue("SELECT count(*) FROM pg_cursors WHERE is_holdable"))
                .isEqualTo(0L));
        y.useTx(tx -> assertThat(tx.dsl().fetchValue("SELECT count(*) FROM pg_listening_channels()"))
                .isEqualTo(0L));
        requireAsBefore();
    }

    /** Its name would be taken, or its statement be another one, for whoever gets the session next. */
    @Test
    void sqlPreparesNoStatementOfItsOwn() {
        for (String sql : List.of("PREPARE mine AS SELECT 1", "/* x */ prepare mine (text) AS SELECT $1")) {
            assertThatThrownBy(() -> x.useTx(tx -> tx.dsl().execute(sql)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("PREPARE");
            assertThatThrownBy(() -> x.dsl().execute(sql))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("PREPARE");
        }
        String left = "SELECT count(*) FROM pg_prepared_statements WHERE from_sql";
        y.useTx(tx -> assertThat(tx.dsl().fetchValue(left)).isEqualTo(0L));
        assertThat(y.dsl().fetchValue(left)).isEqualTo(0L);
        requireAsBefore();
    }

    @Test
    void aLockOfASessionIsGivenBack() {
        catchThrowable(() -> x.useTx(tx -> tx.dsl().execute("SELECT pg_advisory_lock(42)")));
        x.dsl().execute("SELECT pg_advisory_lock(42)");
        catchThrowable(() -> x.useTx(tx -> {
            tx.dsl().execute("SELECT pg_advisory_lock/**/(42)");
            throw new IllegalStateException("by the test");
        }));
        String free = "SELECT pg_try_advisory_lock(42)";
        assertThat(y.dsl().fetchValue(free)).isEqualTo(true);
    }

    @Test
    void aQueryThatEndsTheTransactionOfReadsIsRefused() {
        for (String sql : List.of("/* */ COMMIT", "/* */ ROLLBACK")) {
            assertThatThrownBy(() -> x.dsl().execute(sql))
                    .isInstanceOf(ReadOnlyException.class)
                    .hasMessageContaining("begins and ends no transaction");
        }
        requireAsBefore();
    }

    @Test
    void whatATransactionSetsForItselfEndsWithIt() {
        x.useTx(tx -> {
            tx.dsl().execute("SET LOCAL search_path TO " + Y);
            assertThat(tx.dsl().fetchValue("SELECT name FROM agents")).isEqualTo("of y");
            assertThat(tx.agents().list(10, 0)).containsExactly(own);
        });
        requireAsBefore();
    }

    @Test
    void aSchemaThatSqlNamesIsNotLeftOut() {
        Table<?> theirs = table(name(Y, "agents"));
        assertThat(x.dsl().select(field("name")).from(theirs).fetch("name", String.class))
                .containsExactly("of y");
        x.useTx(tx -> assertThat(tx.dsl().fetchCount(theirs, field("name").eq("of x")))
                .isZero());
        assertThat(x.dsl().fetchExists(table(name("pg_catalog", "pg_class")))).isTrue();
        assertThat(x.dsl()
                        .with("agents")
                        .as(select(inline("mine").as("name")))
                        .select()
                        .from(table(name("agents")))
                        .fetch("name", String.class))
                .containsExactly("mine");
    }

    @Test
    void namesWithoutASchemaAreOfTheWorkspace() {
        x.useTx(tx -> tx.dsl().execute("CREATE TABLE notes AS SELECT 'of x' AS text"));
        try {
            assertThat(x.dsl().fetchValue("SELECT text FROM notes")).isEqualTo("of x");
            assertThat(catchThrowable(() -> y.dsl().fetchValue("SELECT text FROM notes")))
                    .isInstanceOf(StorageException.class);
            assertThat(x.dsl().<Object>transactionResult(snapshot -> snapshot.dsl()
                            .fetchValue("SELECT text FROM notes")))
                    .isEqualTo("of x");
        } finally {
            x.useTx(tx -> tx.dsl().execute("DROP TABLE notes"));
        }
    }

    @Test
    void theConnectionIsKept() {
        String pid = "SELECT pg_backend_pid() || current_setting('application_name')";
        Object before = x.dsl().fetchValue(pid);
        assertThat(String.valueOf(before)).endsWith("modelscan-storage");
        assertThat(List.of(x.dsl().fetchValue(pid), y.dsl().fetchValue(pid))).containsOnly(before);
    }

    private static void failInAPart(Tx tx) {
        assertThatThrownBy(() -> tx.useTx(part -> {
                    part.dsl().fetchCount(AGENTS);
                    throw new IllegalArgumentException("mine");
                }))
                .hasMessage("mine");
    }

    @Test
    void dslFindsItsTablesAfterThePartThatAskedForItFirstFailed() {
        x.useTx(tx -> {
            failInAPart(tx);
            assertThat(tx.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME))
                    .containsExactly("of x");
        });
        x.useTx(tx -> {
            assertThatThrownBy(() -> tx.useTx(part -> {
                        part.useTx(inner -> inner.dsl().fetchCount(AGENTS));
                        throw new IllegalArgumentException("mine");
                    }))
                    .hasMessage("mine");
            assertThat(tx.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME))
                    .containsExactly("of x");
        });
    }

    @Test
    void whatTheFunctionSetItselfStaysAfterAPartFailed() {
        x.useTx(tx -> {
            tx.dsl().execute("SET LOCAL search_path TO " + Y);
            failInAPart(tx);
            assertThat(tx.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME))
                    .containsExactly("of y");
        });
    }

    @Test
    void dslRefusesACommitBehindACommentBeforeItIsSent() {
        assertThatThrownBy(() -> x.dsl().execute("/* */ COMMIT; INSERT INTO agents (id) VALUES ('a')"))
                .isInstanceOf(ReadOnlyException.class)
                .hasMessageContaining("db.dsl() only reads");
        requireAsBefore();
    }
}
