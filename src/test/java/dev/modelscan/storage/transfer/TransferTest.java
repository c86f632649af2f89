package dev.modelscan.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.transfer.TransferProgress.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A SQLite file is transferred to a schema on a real server. */
class TransferTest extends TransferFixture {

    @Test
    void copiesEverythingAsItIs() throws SQLException {
        fillOddly();
        List<TransferProgress> progress = new ArrayList<>();

        TransferResult result = transfer().onProgress(progress::add).run();

        requireSame(file, result);
        assertThat(result.resumed()).isFalse();
        assertThat(result.copiedRows()).isEqualTo(result.rows());
        assertThat(result.snapshotAt()).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(result.elapsed()).isPositive();
        assertThat(result.copiedPerSecond()).isPositive();
        assertThat(result.comparedPerSecond()).isPositive();
        assertThat(progress.stream().map(TransferProgress::phase).distinct())
                .containsExactly(Phase.SNAPSHOT, Phase.COPY, Phase.INDEX, Phase.COMPARE);
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
        // The next message gets the number that it would have got in the source.
        try (Database db = target().open()) {
            Message last = db.messages().list(1_000, 0).stream()
                    .reduce((first, second) -> second)
                    .orElseThrow();
            Message next = db.messages()
                    .create(Message.builder()
                            .conversationId(last.conversationId())
                            .senderId(last.senderId())
                            .content("next")
                            .build());
            assertThat(next.sequenceNumber()).isEqualTo(last.sequenceNumber() + 1);
        }
    }

    @Test
    void aSearchIndexIsNoObjectOfTheApplications() throws SQLException {
        fillOddly();
        try (Database source = Database.open(file)) {
            source.search().enable();
        }
        requireSame(file, transfer().run());
        try (Database db = target().open()) {
            assertThat(db.search().isEnabled()).isFalse();
            assertThat(db.search().enable()).isTrue();
        }
    }

    @Test
    void theAuditLogGoesOnInTheTarget() throws SQLException {
        fillOddly();
        AuditHead head;
        try (Database source = Database.open(file)) {
            source.audit().enable();
            source.agents().create(Agent.builder().name("sealed").mode("llm").build());
            head = source.audit().head();
            source.agents().create(Agent.builder().name("pending").mode("llm").build());
        }
        requireSame(file, transfer().run());
        try (Database db = target().open()) {
            assertThat(db.audit().isEnabled()).isTrue();
            db.as("ann")
                    .agents()
                    .create(Agent.builder().name("later").mode("llm").build());
            AuditVerification found = db.audit().verify(head);
            assertThat(found.fault()).isEmpty();
            assertThat(found.entries()).isEqualTo(4);
            assertThat(db.audit().listByActor("ann", PageRequest.first(2)).items())
                    .singleElement()
                    .extracting(AuditEntry::position)
                    .isEqualTo(head.position() + 2);
        }
    }

    @Test
    void theSourceIsWrittenToMeanwhileAndTheTargetIsOneSnapshot() throws SQLException {
        fillOddly();
        Path before = directory.resolve("before.db");
        try (Database source = Database.open(file)) {
            copySource(before);
            AtomicInteger written = new AtomicInteger();
            TransferResult result = transfer()
                    .onProgress(progress -> {
                        if (progress.phase() != Phase.SNAPSHOT) {
                            Agent late = source.agents()
                                    .create(Agent.builder()
                                            .name("late " + written.incrementAndGet())
                                            .mode("llm")
                                            .build());
                            source.tasks()
                                    .create(Task.builder()
                                            .agentId(late.id())
                                            .type("late")
                                            .build());
                        }
                    })
                    .run();
            assertThat(written.get()).isGreaterThan(10);
            assertThat(source.agents().list(1_000, 0))
                    .filteredOn(agent -> agent.name().startsWith("late"))
                    .hasSize(written.get());
            requireSame(before, result);
        }
    }

    @Test
    void aTargetWithRowsIsRefusedAndLeftAsItIs() throws SQLException {
        fillOddly();
        try (Database db = target().open()) {
            db.agents().create(Agent.builder().name("first").mode("llm").build());
        }

        for (Transfer transfer : List.of(transfer(), transfer().restart())) {
            assertThatThrownBy(transfer::run)
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining(workspace)
                    .hasMessageContaining("rows in agents");
            assertThatThrownBy(transfer::dryRun).isInstanceOf(ConflictException.class);
        }

        requireNothingLeftOver();
        try (Database db = target().open()) {
            assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("first");
        }
    }

    @Test
    void aTransferTargetIsRefused() throws SQLException {
        fillOddly();
        transfer().run();
        assertThatThrownBy(() -> transfer().run()).isInstanceOf(ConflictException.class);
        requireNothingLeftOver();
    }

    @Test
    void aDryRunChecksAndWritesNothing() throws SQLException {
        fillOddly();

        TransferEstimate estimate = transfer().dryRun();

        try (Database source = Database.open(file)) {
            assertThat(estimate.rows())
                    .containsExactlyInAnyOrderEntriesOf(source.stats().rows());
        }
        assertThat(estimate.resumes()).isFalse();
        assertThat(estimate.snapshotBytes()).isPositive();
        assertThat(estimate.checkTime()).isPositive();
        assertThat(estimate.estimatedTime()).isPositive();
        assertThat(schemaExists()).isFalse();
        requireNothingLeftOver();
    }

    @Test
    void whatMustBeThereIsAskedFor() {
        assertThatThrownBy(() -> Database.builder().path(file).transferFrom(file))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("url");
        assertThatThrownBy(() -> transfer().run())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("source.db");
        assertThat(file).doesNotExist();
        Database.open(file).close();
        assertThatThrownBy(() -> Database.builder()
                        .url("jdbc:postgresql://localhost:1/none")
                        .workspace(workspace)
                        .transferFrom(file)
                        .run())
                .isInstanceOf(UnavailableException.class);
    }

    /** Each is written without the library, as another program may do. */
    private static final String[] UNSTORABLE = {
        "mode = char(97, 0, 98) | NUL",
        "mode = CAST(x'61ff62' AS TEXT) | UTF-8",
        "mode = CAST(x'61eda08062' AS TEXT) | UTF-8",
        "created_at = '2025-02-30T00:00:00.000000Z' | time",
        "updated_at = 'abcd-01-01T00:00:00.000000Z' | time",
        "created_at = '2025-01-01T23:59:60.000000Z' | time",
        "metadata = '{\"a\":\"\\u0000\"}' | NUL",
        "metadata = '{\"a\":\"\\ud800\"}' | surrogate",
        "metadata = '{\"a\":1,\"a\":2}' | Duplicate",
        "metadata = '{\"a\":1e200000}' | exponent",
        "capabilities = CAST(x'5b22ff225d' AS TEXT) | UTF-8",
    };

    @Test
    void aValueThatPostgresCannotHoldIsNamed() throws SQLException {
        fillOddly();
        List<String> ids = inSource("SELECT id FROM agents ORDER BY id LIMIT " + UNSTORABLE.length + " OFFSET 100");
        for (int i = 0; i < UNSTORABLE.length; i++) {
            inSource("UPDATE agents SET version = version + 1, " + UNSTORABLE[i].replaceFirst(" \\| .*", "")
                    + " WHERE id = '" + ids.get(i) + "'");
        }

        StorageException first =
                catchThrowableOfType(StorageException.class, () -> transfer().dryRun());
        List<InvalidDataException> named = Stream.concat(Stream.of(first), Stream.of(first.getSuppressed()))
                .map(InvalidDataException.class::cast)
                .toList();
        assertThat(named).extracting(InvalidDataException::id).containsExactlyElementsOf(ids);
        for (int i = 0; i < UNSTORABLE.length; i++) {
            assertThat(named.get(i).entity()).isEqualTo("agents");
            assertThat(UNSTORABLE[i]).startsWith(named.get(i).field() + " = ");
            assertThat(named.get(i).reason()).containsIgnoringCase(UNSTORABLE[i].replaceFirst(".* \\| ", ""));
        }
        for (int i = LONG ? 0 : UNSTORABLE.length - 1; i < UNSTORABLE.length; i++) {
            inSource("UPDATE agents SET version = version + 1, mode = 'llm', metadata = '{}', capabilities = '[]',"
                    + " created_at = '2025-01-01T00:00:00.000000Z', updated_at = '2025-01-01T00:00:00.000000Z'");
            inSource("UPDATE agents SET version = version + 1, " + UNSTORABLE[i].replaceFirst(" \\| .*", "")
                    + " WHERE id = '" + ids.get(i) + "'");
            InvalidDataException refused = catchThrowableOfType(
                    InvalidDataException.class, () -> transfer().run());
            assertThat(refused).isNotNull().hasMessage(named.get(i).getMessage());
            requireNothingLeftOver();
        }
        inSource("UPDATE agents SET version = version + 1, capabilities = '[]'");
        requireSame(file, transfer().run());
    }

    /** The server rejects values that this library does not check. */
    @Test
    void aRowThatTheServerRefusesIsNamed() throws SQLException {
        fillOddly();
        String id;
        try (Database source = Database.open(file)) {
            id = source.tasks().list(1_000, 0).get(333).id().value();
        }
        inSource("PRAGMA ignore_check_constraints = ON; UPDATE tasks SET version = 9, priority = 101 WHERE id = '" + id
                + "'");

        assertThatThrownBy(() -> transfer().dryRun()).isInstanceOf(CorruptDatabaseException.class);
        InvalidDataException refused = catchThrowableOfType(
                InvalidDataException.class, () -> transfer().run());

        assertThat(refused.entity()).isEqualTo("tasks");
        assertThat(refused.id()).isEqualTo(id);
        assertThat(refused.field()).isEqualTo("priority");
        requireNothingLeftOver();
    }

    @Test
    void aRowThatRefersToNoneIsNamed() throws SQLException {
        fillOddly();
        inSource("PRAGMA foreign_keys = OFF; DELETE FROM teams WHERE id IN (SELECT team_id FROM team_members LIMIT 1)");

        for (boolean dry : List.of(true, false)) {
            ReferenceException refused = catchThrowableOfType(ReferenceException.class, () -> {
                if (dry) {
                    transfer().dryRun();
                } else {
                    transfer().run();
                }
            });
            assertThat(refused).isNotNull();
            assertThat(refused.entity()).isIn("team_members", "tasks", "messages");
            assertThat(refused.id()).isNotBlank();
            assertThat(refused).hasMessageContaining("team_id");
            requireNothingLeftOver();
        }
    }

    @Test
    void anInterruptedTransferGoesOnFromItsSnapshotAlthoughTheSourceHasChanged() throws Exception {
        fillMany(60_000);
        Path before = directory.resolve("before.db");
        copySource(before);
        ChildProcess child =
                ChildProcess.start(directory, List.of(), "transfer", file.toString(), PostgresServer.url(), workspace);
        child.awaitReady();
        child.kill();

        assertThatThrownBy(() -> target().open())
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("unfinished transfer");
        try (Database source = Database.open(file)) {
            source.agents().create(Agent.builder().name("late").mode("llm").build());
        }
        assertThat(transfer().dryRun().resumes()).isTrue();
        TransferResult result = transfer().run();

        assertThat(result.resumed()).isTrue();
        assertThat(result.copiedRows()).isPositive().isLessThan(result.rows() - 20_000);
        requireSame(before, result);
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
    }

    @Test
    void theLastStepsCanBeTheLastBeforeAKill() throws Exception {
        fillOddly();
        stopAt(Phase.COMPARE, 1);
        Path snapshot;
        try (Stream<Path> files = Files.list(directory)) {
            snapshot = files.filter(each -> each.toString().contains("-transfer-"))
                    .findFirst()
                    .orElseThrow();
        }
        Path retired = snapshot.resolveSibling(snapshot.getFileName() + ".done");
        Files.move(snapshot, retired);
        assertThat(transfer().run().resumed()).isTrue();
        requireNothingLeftOver();

        Files.createFile(retired);
        assertThatThrownBy(() -> transfer().run())
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("has rows in");
        assertThat(retired).doesNotExist();
    }

    static Stream<Arguments> steps() {
        return some(
                3,
                Arguments.of(Phase.COPY, 3),
                Arguments.of(Phase.INDEX, 20),
                Arguments.of(Phase.COMPARE, 1),
                Arguments.of(Phase.SNAPSHOT, 1),
                Arguments.of(Phase.COPY, 1),
                Arguments.of(Phase.INDEX, 1));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void anyStepCanBeTheLastBeforeARunThatGoesOn(Phase phase, int report) throws SQLException {
        fillOddly();
        stopAt(phase, report);

        TransferResult result = transfer().run();

        assertThat(result.resumed()).isEqualTo(phase != Phase.SNAPSHOT && !(phase == Phase.COPY && report == 1));
        requireSame(file, result);
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
    }

    @Test
    void aRestartTakesTheSourceAsItIsNow() throws SQLException {
        fillOddly();
        stopAt(Phase.COPY, 3);
        try (Database source = Database.open(file)) {
            source.agents().create(Agent.builder().name("late").mode("llm").build());
        }

        TransferResult result = transfer().restart().run();

        assertThat(result.resumed()).isFalse();
        requireSame(file, result);
        requireNothingLeftOver();
        requireSameSchemaAsANewOne();
    }

    @Test
    void withoutItsSnapshotATransferDoesNotGoOn() throws SQLException {
        fillOddly();
        stopAt(Phase.COPY, 3);
        snapshots().forEach(TransferTest::delete);

        assertThatThrownBy(() -> transfer().run())
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("-transfer-")
                .hasMessageContaining("--restart");
        assertThatThrownBy(() -> transfer().dryRun()).isInstanceOf(ConflictException.class);
        requireSame(file, transfer().restart().run());
    }

    @Test
    void anotherSourceDoesNotGoOnWithIt() throws SQLException {
        fillOddly();
        stopAt(Phase.COPY, 3);
        Path other = directory.resolve("other.db");
        Database.open(other).close();

        assertThatThrownBy(() -> target().transferFrom(other).run())
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("other.db-transfer-");
    }

    @Test
    void rowsOfOthersInAnUnfinishedTargetAreNeitherCopiedNorRemoved() throws SQLException {
        fillOddly();
        stopAt(Phase.COPY, 3);
        inTarget("INSERT INTO workflows (id, name, created_at, updated_at) VALUES ('w', 'mine', now(), now())");

        for (Transfer transfer : List.of(transfer(), transfer().restart())) {
            assertThatThrownBy(transfer::run)
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("workflows");
        }
        assertThat(inTarget("SELECT name FROM workflows WHERE id = 'w'")).containsExactly("mine");
    }

    @Test
    void aRowThatAnotherProgramStoresMeanwhileIsNamedAndStays() throws SQLException {
        fillOddly();
        String id =
                inSource("SELECT id FROM agents ORDER BY id LIMIT 1 OFFSET 7").get(0);

        ConflictException refused = catchThrowableOfType(ConflictException.class, () -> transfer()
                .onProgress(progress -> {
                    if (progress.phase() == Phase.COPY && progress.done() == 0) {
                        insertAgent(id);
                    }
                })
                .run());

        assertThat(refused.entity()).isEqualTo("agents");
        assertThat(refused.id()).isEqualTo(id);
        assertThat(inTarget("SELECT name FROM agents")).containsExactly("mine");
    }

    private void insertAgent(String id) {
        try {
            inTarget("INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('" + id
                    + "', 'mine', 'llm', now(), now())");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "UPDATE tasks SET metadata = '{\"x\": 1}', version = version + 1 WHERE id = 'changed' | not the same",
                "INSERT INTO tasks (id, type, created_at, updated_at) VALUES ('0', 'x', now(), now()) | only in the target",
                "DELETE FROM tasks WHERE id = 'changed' | only in the source"
            })
    void aDifferenceIsNamed(String change, String what) throws SQLException {
        fillOddly();
        List<String> ids = new ArrayList<>(new TreeSet<>(inSource("SELECT id FROM tasks")));
        String id = change.contains("changed") ? ids.get(100) : "0";
        stopAt(Phase.COMPARE, 1);
        inTarget(change.replace("changed", id));
        // The counts in the ledger show the others before they are compared.
        inTarget("UPDATE modelscan_transfer SET rows_copied = (SELECT count(*) FROM tasks) WHERE table_name = 'tasks'");

        ConflictException difference =
                catchThrowableOfType(ConflictException.class, () -> transfer().run());

        assertThat(difference).isNotNull().hasMessageContaining(what);
        assertThat(difference.entity()).isEqualTo("tasks");
        assertThat(difference.id()).isEqualTo(id);
    }

    @Test
    void twoTransfersIntoOneTargetKeepOutOfEachOthersWay() throws SQLException {
        fillOddly();
        DatabaseBuilder impatient = target().busyTimeout(Duration.ofMillis(100));
        AtomicInteger refused = new AtomicInteger();

        TransferResult result = transfer()
                .onProgress(progress -> {
                    if (progress.phase() == Phase.COPY && refused.getAndIncrement() == 0) {
                        assertThatThrownBy(() -> impatient.transferFrom(file).run())
                                .isInstanceOf(BusyException.class);
                    }
                })
                .run();

        assertThat(refused.get()).isPositive();
        requireSame(file, result);
    }

    @Test
    void anInterruptedThreadStopsAndTheNextRunGoesOn() throws SQLException {
        fillOddly();
        assertThatThrownBy(() -> transfer()
                        .onProgress(progress -> {
                            if (progress.phase() == Phase.COPY) {
                                Thread.currentThread().interrupt();
                            }
                        })
                        .run())
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        requireSame(file, transfer().run());
    }
}
