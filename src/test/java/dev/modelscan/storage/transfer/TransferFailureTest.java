package dev.modelscan.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.TcpProxy;
import dev.modelscan.storage.transfer.TransferProgress.Phase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jooq.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A transfer that ends early leaves the target unchanged, or in a state that the next run finishes. */
class TransferFailureTest extends TransferFixture {

    @BeforeEach
    void makeTarget() {
        fillOddly();
        target().open().close();
    }

    /** The task with that number in the order of the keys. */
    private String task(int number) throws SQLException {
        return inSource("SELECT id FROM tasks ORDER BY id LIMIT 1 OFFSET " + number)
                .get(0);
    }

    private void refuse(String table, String condition, String state) throws SQLException {
        inTarget("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\nIF " + condition
                + " THEN\nRAISE EXCEPTION 'not this one' USING ERRCODE = '" + state
                + "';\nEND IF;\nRETURN NEW;\nEND $$");
        inTarget("CREATE TRIGGER refuse BEFORE INSERT ON " + table + " FOR EACH ROW EXECUTE FUNCTION refuse()");
    }

    private void requireEmptyAndUsable() throws SQLException {
        requireNothingLeftOver();
        try (Database db = target().open()) {
            assertThat(db.stats().rows().values()).containsOnly(0L);
        }
    }

    static Stream<String> states() {
        return some(3, "XX000", "42501", "23514", "P0001", "0A000", "38000", "2200H", "39000", "54001");
    }

    /** A Citus coordinator reports what a worker rejects during COPY as XX000. */
    @ParameterizedTest
    @MethodSource("states")
    void aRowThatIsRefusedWithAnyCodeIsNamedAndNothingIsLeft(String state) throws SQLException {
        String id = task(333);
        refuse("tasks", "NEW.id = '" + id + "'", state);

        InvalidDataException refused = catchThrowableOfType(
                InvalidDataException.class, () -> transfer().run());

        assertThat(refused).isNotNull().hasMessageContaining("not this one");
        assertThat(refused.entity()).isEqualTo("tasks");
        assertThat(refused.id()).isEqualTo(id);
        requireEmptyAndUsable();
        inTarget("DROP TRIGGER refuse ON tasks");
        requireSame(file, transfer().run());
    }

    /** With the COPY of a coordinator, only an INSERT of the single row shows the code and the column. */
    @Test
    void theColumnIsThatOfTheSingleInsert() throws SQLException {
        String id = task(7);
        inTarget("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\nIF NEW.id = '" + id
                + "' AND current_query() ILIKE 'COPY%' THEN\nRAISE EXCEPTION 'a worker failed' USING ERRCODE ="
                + " 'XX000';\nEND IF;\nIF NEW.id = '" + id + "' THEN\nNEW.priority := 101;\nEND IF;\nRETURN"
                + " NEW;\nEND $$");
        inTarget("CREATE TRIGGER refuse BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION refuse()");

        InvalidDataException refused = catchThrowableOfType(
                InvalidDataException.class, () -> transfer().run());

        assertThat(refused).isNotNull();
        assertThat(refused.id()).isEqualTo(id);
        assertThat(refused.field()).isEqualTo("priority");
        requireEmptyAndUsable();
    }

    /** Each row is rejected only together with the other, and they are far apart in their chunk. */
    @Test
    void ofTwoRowsThatExcludeEachOtherTheSecondIsNamed() throws SQLException {
        String first = task(3);
        String second = task(390);
        inTarget("CREATE UNIQUE INDEX own ON tasks ((1)) WHERE id IN ('" + first + "', '" + second + "')");

        ConflictException refused =
                catchThrowableOfType(ConflictException.class, () -> transfer().run());

        assertThat(refused).isNotNull();
        assertThat(refused.id()).isEqualTo(second);
        requireEmptyAndUsable();
    }

    /**
     * Indexes and keys of others are not deferred: at the end they would reject a row that nobody could name.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CREATE INDEX own ON tasks ((1 / (CASE id WHEN '%s' THEN 0 ELSE 1 END)))",
                "CREATE TABLE own (id text PRIMARY KEY); INSERT INTO own VALUES ('summarise'), ('short'); INSERT INTO own"
                        + " SELECT 'none'; ALTER TABLE tasks ADD CONSTRAINT own_key FOREIGN KEY (error) REFERENCES own",
                "CREATE TABLE own (id text PRIMARY KEY); ALTER TABLE tasks ADD CONSTRAINT own_key FOREIGN KEY (error)"
                        + " REFERENCES own DEFERRABLE INITIALLY DEFERRED",
            })
    void whatTheTargetsOwnerAddedRefusesARowByName(String command) throws SQLException {
        String id = task(200);
        inSource("UPDATE tasks SET version = version + 1, error = 'unknown' WHERE id = '" + id + "'");
        inTarget(command.replace("%s", id));

        StorageException refused =
                catchThrowableOfType(StorageException.class, () -> transfer().run());

        assertThat(refused).isNotNull().isInstanceOfAny(InvalidDataException.class, ReferenceException.class);
        assertThat(refused.entity()).isEqualTo("tasks");
        assertThat(refused.id()).isEqualTo(id);
        requireEmptyAndUsable();
    }

    /** A missing right on the whole table is not the fault of a row: the next run continues. */
    @Test
    void aRoleWithoutTheRightToATableIsToldSoAndTheNextRunGoesOn() throws SQLException {
        String role = PostgresServer.newRole();
        inTarget("GRANT ALL ON SCHEMA " + workspace + " TO " + role);
        inTarget("GRANT ALL ON ALL TABLES IN SCHEMA " + workspace + " TO " + role);
        for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            inTarget("ALTER TABLE " + table.getName() + " OWNER TO " + role);
        }
        AtomicBoolean revoked = new AtomicBoolean();
        Transfer asRole = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace)
                .transferFrom(file)
                .onProgress(progress -> {
                    if (progress.phase() == Phase.COPY && !revoked.getAndSet(true)) {
                        unchecked("REVOKE INSERT ON tasks FROM " + role);
                    }
                });

        Throwable refused = catchThrowable(asRole::run);

        assertThat(refused)
                .isInstanceOf(StorageException.class)
                .isNotInstanceOf(InvalidDataException.class)
                .hasMessageContaining("tasks");
        inTarget("GRANT INSERT ON tasks TO " + role);
        TransferResult result = asRole.run();
        assertThat(result.resumed()).isTrue();
        requireSame(file, result);
    }

    @Test
    void aRoleThatOwnsNoTableIsToldWhoMayTransfer() throws SQLException {
        String role = PostgresServer.newRole();
        Transfer asRole = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace)
                .transferFrom(file);
        for (String grant :
                List.of("USAGE, CREATE ON SCHEMA " + workspace, "ALL ON ALL TABLES IN SCHEMA " + workspace)) {
            assertThatThrownBy(asRole::run)
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("workspace " + workspace)
                    .hasMessageContaining("as the owner of the schema's tables")
                    .hasMessageContaining("GRANT USAGE, CREATE ON SCHEMA \"" + workspace + "\"");
            inTarget("GRANT " + grant + " TO " + role);
        }
        inTarget("DROP OWNED BY " + role);
    }

    static Stream<String> passing() {
        return some(
                2,
                "40001, BusyException",
                "08006, UnavailableException",
                "40P01, BusyException",
                "55P03, BusyException",
                "53100, StorageFullException",
                "57014, CancelledException");
    }

    /** None of these is the fault of the row, although the trigger of a row raises it. */
    @ParameterizedTest
    @MethodSource("passing")
    void whatMayPassLeavesATargetThatTheNextRunFinishes(String passing) throws SQLException {
        String state = passing.substring(0, 5);
        String exception = passing.substring(7);
        refuse("tasks", "NEW.id = '" + task(333) + "'", state);

        assertThatThrownBy(() -> transfer().run())
                .isInstanceOf(StorageException.class)
                .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(exception));

        inTarget("DROP TRIGGER refuse ON tasks");
        TransferResult result = transfer().run();
        assertThat(result.resumed()).isTrue();
        requireSame(file, result);
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
    }

    /** The beginning of a statement, and whether the reply to it is cut off, or the statement. */
    static Stream<Arguments> cuts() {
        return some(
                8,
                Arguments.of("COPY @.\"tasks\"", false),
                Arguments.of("COPY @.\"messages\"", true),
                Arguments.of("UPDATE @.\"modelscan_transfer\"", false),
                Arguments.of("COMMIT\u0000", true),
                Arguments.of("ALTER TABLE", true),
                Arguments.of("CREATE INDEX", false),
                Arguments.of("COPY (SELECT", false),
                Arguments.of("DROP TABLE @.\"modelscan_transfer\"", true),
                Arguments.of("COPY @.\"tasks\"", true),
                Arguments.of("COPY @.\"messages\"", false),
                Arguments.of("UPDATE @.\"modelscan_transfer\"", true),
                Arguments.of("COMMIT\u0000", false),
                Arguments.of("ALTER TABLE", false),
                Arguments.of("CREATE INDEX", true),
                Arguments.of("COPY (SELECT", true),
                Arguments.of("DROP TABLE @.\"modelscan_transfer\"", false));
    }

    /** Also errors with an unknown outcome. */
    @ParameterizedTest
    @MethodSource("cuts")
    void aNetworkThatIsCutAtAnyStatementLeavesATargetThatTheNextRunFinishes(String beginning, boolean afterwards)
            throws SQLException {
        String statement = beginning.replace("@", '"' + workspace + '"');
        inTarget("DROP SCHEMA " + workspace + " CASCADE");
        try (TcpProxy proxy = new TcpProxy()) {
            AtomicBoolean set = new AtomicBoolean();
            Transfer transfer = Database.builder()
                    .url(proxy.url())
                    .workspace(workspace)
                    .transferFrom(file)
                    .onProgress(progress -> {
                        if (progress.phase() == Phase.COPY && progress.done() > 0 && !set.getAndSet(true)) {
                            if (afterwards) {
                                proxy.cutReplyTo(statement);
                            } else {
                                proxy.cutBefore(statement);
                            }
                        }
                    });
            assertThatThrownBy(transfer::run).isInstanceOf(UnavailableException.class);
            assertThat(proxy.hasCut()).isTrue();
        }
        if (!isFinished()) {
            transfer().run();
        }
        requireAllThere();
    }

    private boolean isFinished() throws SQLException {
        return inTarget("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").stream()
                .noneMatch(name -> name.startsWith("modelscan_transfer"));
    }

    private void requireAllThere() throws SQLException {
        assertThat(isFinished()).isTrue();
        requireSameSchemaAsANewOne();
        try (Database source = Database.open(file);
                Database db = target().open()) {
            assertThat(db.stats().rows()).isEqualTo(source.stats().rows());
            same(source.tasks().stream(), db.tasks().stream());
        }
    }

    static Stream<Phase> phases() {
        return some(2, Phase.COPY, Phase.INDEX, Phase.SNAPSHOT, Phase.COMPARE);
    }

    @ParameterizedTest
    @MethodSource("phases")
    void anErrorOfTheMachineLeavesATargetThatTheNextRunFinishes(Phase phase) throws SQLException {
        assertThatThrownBy(() -> transfer()
                        .onProgress(progress -> {
                            if (progress.phase() == phase) {
                                throw new OutOfMemoryError("as if");
                            }
                        })
                        .run())
                .isInstanceOf(OutOfMemoryError.class);
        requireSame(file, transfer().run());
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
    }

    @Test
    void aServerThatEndsTheSessionsLeavesATargetThatTheNextRunFinishes() throws SQLException {
        String role = PostgresServer.newRole();
        inTarget("DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO " + role
                + "', current_database());\nEND $$");
        inTarget("DROP SCHEMA " + workspace + " CASCADE");
        Set<Phase> ended = new HashSet<>();
        Transfer transfer = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace)
                .transferFrom(file)
                .onProgress(progress -> {
                    boolean begun = progress.done() > 0 && progress.phase() != Phase.SNAPSHOT;
                    if (begun && ended.add(progress.phase())) {
                        unchecked("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + role
                                + "'");
                    }
                });
        for (Phase phase : List.of(Phase.COPY, Phase.INDEX, Phase.COMPARE)) {
            assertThatThrownBy(transfer::run).as(phase.name()).isInstanceOf(UnavailableException.class);
        }
        assertThat(ended).containsExactlyInAnyOrder(Phase.COPY, Phase.INDEX, Phase.COMPARE);
        requireSame(file, transfer.run());
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
    }

    private static final String HAS_LOCK =
            " FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint)"
                    + " = hashtextextended('modelscan-storage transfer %s', 0)";

    /** The session with the lock is idle meanwhile, so a server or a pooler may end it. */
    @ParameterizedTest
    @MethodSource("phases")
    void aPromotionThatLosesItsLockStopsAndTheNextRunFinishes(Phase phase) throws SQLException {
        AtomicBoolean ended = new AtomicBoolean();
        Transfer transfer = transfer().onProgress(progress -> {
            if (progress.phase() == phase && !ended.getAndSet(true)) {
                unchecked("SELECT pg_terminate_backend(pid, 10000)" + HAS_LOCK.formatted(workspace));
            }
        });

        assertThatThrownBy(transfer::run)
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("lock")
                .hasMessageContaining("run the transfer again");

        assertThat(ended).isTrue();
        assertThat(isFinished()).isFalse();
        requireSame(file, transfer.run());
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
    }

    @Test
    void aServersLimitOnIdleTransactionsDoesNotEndTheLock() throws SQLException {
        AtomicBoolean ended = new AtomicBoolean();
        String role = PostgresServer.newRole();
        inTarget("DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO " + role
                + "', current_database());\nEND $$");
        inTarget("DROP SCHEMA " + workspace + " CASCADE");
        inTarget("ALTER ROLE " + role + " SET idle_in_transaction_session_timeout = '50ms'");
        TransferResult result = Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace)
                .transferFrom(file)
                .onProgress(progress -> {
                    if (progress.phase() == Phase.COPY && !ended.getAndSet(true)) {
                        unchecked("SELECT pg_sleep(0.2)");
                        assertThat(locks()).isOne();
                    }
                })
                .run();
        assertThat(ended).isTrue();
        requireSame(file, result);
    }

    private long locks() {
        try {
            return inTarget("SELECT pid" + HAS_LOCK.formatted(workspace)).size();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The owner of the target may have tables that refer to the library's. */
    @Test
    void tablesOfOthersInTheTargetStayAsTheyAre() throws SQLException {
        inTarget("CREATE TABLE own (id text PRIMARY KEY, task text REFERENCES tasks (id) ON DELETE CASCADE)");
        inTarget("CREATE INDEX own_by_error ON tasks (error)");
        inTarget("INSERT INTO own VALUES ('kept', NULL)");
        refuse("tool_executions", "true", "XX000");

        assertThatThrownBy(() -> transfer().run()).isInstanceOf(InvalidDataException.class);

        requireEmptyAndUsable();
        inTarget("DROP TRIGGER refuse ON tool_executions");
        requireSame(file, transfer().run());
        assertThat(inTarget("SELECT id FROM own")).containsExactly("kept");
        assertThat(inTarget("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"))
                .contains("own_by_error");
    }

    @Test
    void rowsOfOthersThatReferToWhatWasCopiedAreNotTakenAlong() throws SQLException {
        inTarget("CREATE TABLE own (id text PRIMARY KEY, task text REFERENCES tasks (id) ON DELETE CASCADE)");
        refuse("tool_executions", "true", "XX000");
        String id = task(5);

        Throwable refused = catchThrowable(() -> transfer()
                .onProgress(progress -> {
                    if (progress.phase() == Phase.COPY) {
                        unchecked("INSERT INTO " + workspace + ".own SELECT 'mine', id FROM " + workspace
                                + ".tasks WHERE id = '" + id + "' ON CONFLICT DO NOTHING");
                    }
                })
                .run());

        assertThat(refused).isInstanceOf(InvalidDataException.class);
        assertThat(refused.getSuppressed()).hasSize(1);
        assertThat(refused.getSuppressed()[0])
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("own");
        assertThat(inTarget("SELECT id FROM own")).containsExactly("mine");
        inTarget("DELETE FROM own");
        inTarget("DROP TRIGGER refuse ON tool_executions");
        requireSame(file, transfer().run());
    }

    private void unchecked(String sql) {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url(workspace))) {
            run(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
