package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.postgres.PostgresMigrator;
import dev.modelscan.storage.internal.sqlite.SqliteMigrator;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.transfer.ChunkReader.Chunk;
import dev.modelscan.storage.internal.transfer.Comparison.Content;
import dev.modelscan.storage.transfer.LeftBehind;
import dev.modelscan.storage.transfer.TransferEstimate;
import dev.modelscan.storage.transfer.TransferProgress;
import dev.modelscan.storage.transfer.TransferProgress.Phase;
import dev.modelscan.storage.transfer.TransferResult;
import dev.modelscan.storage.transfer.TransferredTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a transfer, in order. {@link dev.modelscan.storage.transfer.Transfer} documents the
 * exceptions.
 */
public final class TransferRun {

    private static final String LOCK = "transfer";

    private final TransferRequest request;
    private final Path source;
    private final SqliteConnections connections;
    private final PostgresMigrator migrator;

    /** Opens neither side yet. */
    public TransferRun(TransferRequest request) {
        NotCarried.requireNotOurs(request.leaveBehind());
        this.request = request;
        this.source = request.source().toAbsolutePath().normalize();
        this.connections = SqliteConnections.toFile(
                source, Durability.FULL, request.server().busyTimeout());
        this.migrator = new PostgresMigrator(request.server(), request.workspace());
    }

    /** Checks without writing. */
    public TransferEstimate dryRun() {
        return new DryRun(request, source, connections, migrator).run();
    }

    public TransferResult run() {
        requireCurrent(connections);
        try (Connection connection = connections.openProbe()) {
            leftBehind(connection);
        } catch (SQLException e) {
            throw connections.failed(e);
        }
        try (PostgresLink target = PostgresLink.open(request.server(), request.workspace())) {
            try {
                target.lock(LOCK);
                return run(target);
            } catch (SQLException e) {
                throw target.failed(e);
            }
        }
    }

    /** Finds what will be left behind, and checks that the caller agreed to all of it. */
    private List<LeftBehind> leftBehind(Connection connection) throws SQLException {
        List<LeftBehind> found = NotCarried.in(connection);
        NotCarried.requireNamed(found, request.leaveBehind(), source.toString());
        return found;
    }

    private TransferResult run(PostgresLink target) throws SQLException {
        long began = System.nanoTime();
        Ledger found = target.inSnapshot(() -> Optional.ofNullable(Ledger.find(target)))
                .orElse(null);
        boolean resumed = found != null && !TargetState.startsOver(found, request.restart());
        Ledger ledger = resumed && found != null ? resume(target, found) : begin(target, found);
        Snapshot snapshot = new Snapshot(source, ledger.snapshotId());
        long before = ledger.rows();
        List<LeftBehind> leftBehind;
        Map<String, Long> rows;
        try (Connection connection = snapshot.open()) {
            leftBehind = leftBehind(connection);
            rows = SourceCheck.counts(connection);
        }
        try {
            copy(target, ledger, snapshot, SourceCheck.total(rows));
            makeKeysAndIndexes(target, snapshot);
        } catch (InvalidDataException | ReferenceException | ConflictException | CorruptDatabaseException e) {
            // The snapshot will always have the row, so this transfer cannot be finished.
            abandon(target, ledger, e);
            throw e;
        }
        long copied = System.nanoTime();
        List<TransferredTable> tables = compare(target, snapshot, SourceCheck.total(rows));
        Duration compareTime = since(copied);
        target.useTransaction(ledger::drop);
        snapshot.delete();
        return new TransferResult(
                tables,
                ledger.snapshotAt(),
                resumed,
                leftBehind,
                ledger.rows() - before,
                Duration.ofNanos(copied - began),
                compareTime);
    }

    private Ledger resume(PostgresLink target, Ledger ledger) throws SQLException {
        Snapshot snapshot = new Snapshot(source, ledger.snapshotId());
        TargetState.requireSnapshot(target, snapshot);
        requireCurrent(snapshot.connections());
        target.useTransaction(() -> {
            migrator.requireCurrent(target.connection());
            ledger.requireOnlyOwnRows();
        });
        return ledger;
    }

    /**
     * The ledger is created before the snapshot, so that no snapshot can exist without a ledger that names
     * it.
     */
    private Ledger begin(PostgresLink target, @Nullable Ledger unfinished) throws SQLException {
        if (unfinished != null) {
            unfinished.abandon();
            new Snapshot(source, unfinished.snapshotId()).delete();
        }
        target.useTransaction(() -> TargetState.requireEmpty(target));
        migrator.migrate();
        target.useTransaction(() -> TargetState.requireEmpty(target));
        Ledger ledger = Ledger.begin(target, UUID.randomUUID().toString());
        report(Phase.SNAPSHOT, 0, 1);
        try {
            Snapshot snapshot = new Snapshot(source, ledger.snapshotId());
            snapshot.take(connections);
            // Something may have been created since the source was checked.
            try (Connection connection = snapshot.open()) {
                leftBehind(connection);
            }
        } catch (StorageException e) {
            abandon(target, ledger, e);
            throw e;
        }
        return ledger;
    }

    private void copy(PostgresLink target, Ledger ledger, Snapshot snapshot, long total) throws SQLException {
        ChunkWriter writer = new ChunkWriter(target, ledger);
        report(Phase.COPY, ledger.rows(), total);
        try (ChunkReader reader = new ChunkReader(snapshot, ledger::position)) {
            for (Chunk chunk = reader.next(); chunk != null; chunk = reader.next()) {
                writer.write(chunk);
                report(Phase.COPY, ledger.rows(), total);
            }
        }
    }

    private void makeKeysAndIndexes(PostgresLink target, Snapshot snapshot) throws SQLException {
        int total = target.inTransaction(() -> DeferredDefinitions.pending(target));
        for (int done = 0; done < total; done++) {
            report(Phase.INDEX, done, total);
            try {
                target.useTransaction(() -> DeferredDefinitions.restoreNext(target));
            } catch (SQLException e) {
                if (ChunkWriter.mayBeCausedByRow(target.classify(e))) {
                    try (Connection connection = snapshot.open()) {
                        SourceCheck.requireReferences(connection);
                    }
                }
                throw e;
            }
        }
    }

    private List<TransferredTable> compare(PostgresLink target, Snapshot snapshot, long total) throws SQLException {
        return target.inSnapshot(() -> {
            List<TransferredTable> tables = new ArrayList<>();
            long done = 0;
            try (Connection connection = snapshot.open()) {
                for (CopiedTable table : CopiedTable.ALL) {
                    long before = done;
                    try (RowSource ours = new SqliteRows(connection, table);
                            RowSource theirs = new PostgresRows(target, table)) {
                        Content content = new Comparison(table, ours, theirs)
                                .compare(count -> report(Phase.COMPARE, before + count, total));
                        tables.add(new TransferredTable(table.name(), content.rows(), content.hash()));
                        done += content.rows();
                    }
                }
            }
            return tables;
        });
    }

    private void abandon(PostgresLink target, Ledger ledger, StorageException why) {
        try {
            ledger.abandon();
            new Snapshot(source, ledger.snapshotId()).delete();
        } catch (SQLException e) {
            why.addSuppressed(target.failed(e));
        } catch (StorageException e) {
            why.addSuppressed(e);
        }
    }

    private static void requireCurrent(SqliteConnections connections) {
        new SqliteMigrator(connections, Duration.ZERO).requireCurrent();
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void report(Phase phase, long done, long total) {
        request.listener().accept(new TransferProgress(phase, done, total));
    }
}
