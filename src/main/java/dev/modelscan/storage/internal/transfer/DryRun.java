package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.postgres.PostgresMigrator;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
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
    private final SourceSchema schema;
    private final Problems problems = new Problems();
    private List<CopiedTable> tables = CopiedTable.LIBRARY;
    private boolean isCurrent;

    DryRun(
            TransferRequest request,
            Path source,
            SqliteConnections connections,
            PostgresMigrator migrator,
            SourceSchema schema) {
        this.request = request;
        this.source = source;
        this.connections = connections;
        this.migrator = migrator;
        this.schema = schema;
    }

    TransferEstimate run() {
        long began = System.nanoTime();
        // Nothing more can be checked in another program's file.
        schema.requireCurrent(connections);
        boolean resumes = checkTarget(carried());
        // Not openProbe(): on a mode=ro connection, quick_check skips the CHECK constraints.
        try (Connection connection = connections.openReader();
                Statement statement = connection.createStatement()) {
            // One snapshot for everything that is read.
            statement.execute("BEGIN");
            List<LeftBehind> leftBehind = schema.leftBehind(connection);
            problems.collect(() -> schema.requireNamed(leftBehind));
            Map<String, Long> rows = SourceCheck.counts(connection, tables);
            long total = SourceCheck.total(rows);
            checkRows(connection, total);
            long bytes = SingleNumber.of(
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
        SourceCheck.collectReferences(connection, tables, problems);
        long done = 0;
        for (CopiedTable table : tables) {
            long before = done;
            done += SourceCheck.collectUnstorable(
                    connection,
                    table,
                    count -> request.listener().accept(new TransferProgress(Phase.CHECK, before + count, total)),
                    problems);
        }
    }

    private CarriedTables carried() {
        try (Connection connection = connections.openProbe()) {
            return schema.carried(connection);
        } catch (SQLException e) {
            throw connections.failed(e);
        }
    }

    /** Whether an unfinished transfer would be continued. */
    private boolean checkTarget(CarriedTables carried) {
        try (PostgresLink target = PostgresLink.open(request.server(), request.workspace())) {
            try {
                TargetState.collectUnusable(target, problems);
                // Behind a pooler, another transaction may see another server.
                boolean resumes = target.inSnapshot(() -> checkTarget(target, carried));
                matchTables(target, carried);
                return resumes;
            } catch (SQLException e) {
                throw target.failed(e);
            }
        } catch (StorageException e) {
            problems.add(e);
            return false;
        }
    }

    /** A target that lacks migrations gets them in a transaction that is rolled back. */
    private void matchTables(PostgresLink target, CarriedTables carried) throws SQLException {
        if (!schema.hasSets() || !problems.isEmpty()) {
            return;
        }
        PostgresMigrator.Check match = connection -> {
            Map<String, TableFacts> found =
                    PostgresCatalog.read(connection, target.schema().name());
            problems.collect(() -> tables = carried.matched(found, target.name()));
        };
        if (isCurrent) {
            target.inSnapshot(() -> {
                match.run(target.connection());
                return true;
            });
        } else {
            problems.collect(() -> migrator.rehearse(match));
        }
    }

    private boolean checkTarget(PostgresLink target, CarriedTables carried) throws SQLException {
        TargetState.collect(target, carried.all(), problems);
        Ledger ledger = Ledger.find(target);
        if (ledger == null) {
            try {
                isCurrent = migrator.check(target.connection());
            } catch (SQLException e) {
                throw migrator.unreachable(e);
            } catch (StorageException e) {
                problems.add(e);
            }
            TargetState.requireEmpty(target, carried.all());
            return false;
        }
        isCurrent = true;
        ledger.requireCanBeAbandoned();
        boolean resumes = !TargetState.startsOver(ledger, request.restart());
        if (resumes) {
            migrator.requireCurrent(target.connection());
            TargetState.requireSnapshot(target, new Snapshot(source, ledger.snapshotId()));
        }
        return resumes;
    }
}
