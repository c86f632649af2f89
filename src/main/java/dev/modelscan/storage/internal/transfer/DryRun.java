package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.postgres.PostgresMigrator;
import dev.modelscan.storage.internal.sqlite.SqliteMigrator;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.transfer.LeftBehind;
import dev.modelscan.storage.transfer.TransferEstimate;
import dev.modelscan.storage.transfer.TransferProgress;
import dev.modelscan.storage.transfer.TransferProgress.Phase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Finds everything that a run would reject, without writing. */
final class DryRun {

    /** Rows per second with all steps, on two cores. */
    private static final long USUAL_RATE = 50_000;

    private final TransferRequest request;
    private final Path source;
    private final SqliteConnections connections;
    private final PostgresMigrator migrator;
    private final Problems problems = new Problems();

    DryRun(TransferRequest request, Path source, SqliteConnections connections, PostgresMigrator migrator) {
        this.request = request;
        this.source = source;
        this.connections = connections;
        this.migrator = migrator;
    }

    TransferEstimate run() {
        long began = System.nanoTime();
        // Nothing more can be checked in another program's file.
        new SqliteMigrator(connections, Duration.ZERO).requireCurrent();
        boolean resumes = checkTarget();
        // Not openProbe(): on a mode=ro connection, quick_check skips the CHECK constraints.
        try (Connection connection = connections.openReader();
                Statement statement = connection.createStatement()) {
            // One snapshot for everything that is read.
            statement.execute("BEGIN");
            List<LeftBehind> leftBehind = NotCarried.in(connection);
            problems.collect(() -> NotCarried.requireNamed(leftBehind, request.leaveBehind(), source.toString()));
            Map<String, Long> rows = SourceCheck.counts(connection);
            long total = SourceCheck.total(rows);
            checkRows(connection, total);
            long bytes = SourceCheck.number(
                    statement,
                    "SELECT (page_count - freelist_count) * page_size"
                            + " FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
            if (!resumes) {
                problems.collect(() -> Snapshot.requireSpace(source, bytes));
            }
            problems.throwAny();
            return new TransferEstimate(
                    rows,
                    bytes,
                    resumes,
                    leftBehind,
                    Duration.ofNanos(System.nanoTime() - began),
                    Duration.ofMillis(total * 1_000 / USUAL_RATE));
        } catch (SQLException e) {
            problems.add(connections.failed(e));
            problems.throwAny();
            throw new IllegalStateException("a problem was added", e);
        }
    }

    private void checkRows(Connection connection, long total) throws SQLException {
        SourceCheck.collectUnsound(connection, problems);
        SourceCheck.collectReferences(connection, problems);
        long done = 0;
        for (CopiedTable table : CopiedTable.ALL) {
            long before = done;
            done += SourceCheck.collectUnstorable(
                    connection,
                    table,
                    count -> request.listener().accept(new TransferProgress(Phase.CHECK, before + count, total)),
                    problems);
        }
    }

    /** Whether an unfinished transfer would be continued. */
    private boolean checkTarget() {
        try (PostgresLink target = PostgresLink.open(request.server(), request.workspace())) {
            try {
                TargetState.collectUnusable(target, problems);
                // Behind a pooler, another transaction may see another server.
                return target.inSnapshot(() -> checkTarget(target));
            } catch (SQLException e) {
                throw target.failed(e);
            }
        } catch (StorageException e) {
            problems.add(e);
            return false;
        }
    }

    private boolean checkTarget(PostgresLink target) throws SQLException {
        TargetState.collect(target, problems);
        Ledger ledger = Ledger.find(target);
        if (ledger == null) {
            try {
                migrator.check(target.connection());
            } catch (SQLException e) {
                throw migrator.unreachable(e);
            } catch (StorageException e) {
                problems.add(e);
            }
            TargetState.requireEmpty(target);
            return false;
        }
        ledger.requireCanBeAbandoned();
        boolean resumes = !TargetState.startsOver(ledger, request.restart());
        if (resumes) {
            migrator.requireCurrent(target.connection());
            TargetState.requireSnapshot(target, new Snapshot(source, ledger.snapshotId()));
        }
        return resumes;
    }
}
