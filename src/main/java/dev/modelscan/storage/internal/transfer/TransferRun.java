package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.postgres.PostgresMigrator;
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
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final SourceSchema schema;

    /** Opens neither side yet. */
    public TransferRun(TransferRequest request) {
        NotCarried.requireNotOurs(request.leaveBehind());
        this.request = request;
        this.source = request.source().toAbsolutePath().normalize();
        this.connections = SqliteConnections.toFile(
                source, Durability.FULL, request.server().busyTimeout());
        this.migrator = new PostgresMigrator(request.server(), request.workspace());
        this.schema = new SourceSchema(request);
    }

    /** Checks without writing. */
    public TransferEstimate dryRun() {
        return new DryRun(request, source, connections, migrator, schema).run();
    }

    public TransferResult run() {
        schema.requireCurrent(connections);
        CarriedTables carried;
        try (Connection connection = connections.openProbe()) {
            leftBehind(connection);
            carried = schema.carried(connection);
        } catch (SQLException e) {
            throw connections.failed(e);
        }
        try (PostgresLink target = PostgresLink.open(request.server(), request.workspace())) {
            try {
                target.lock(LOCK);
                return run(target, carried);
            } catch (SQLException e) {
                throw target.failed(e);
            }
        }
    }

    /** Finds what will be left behind, and checks that the caller agreed to all of it. */
    private List<LeftBehind> leftBehind(Connection connection) throws SQLException {
        List<LeftBehind> found = schema.leftBehind(connection);
        schema.requireNamed(found);
        return found;
    }

    private TransferResult run(PostgresLink target, CarriedTables carried) throws SQLException {
        long began = System.nanoTime();
        Ledger found = target.inSnapshot(() -> Optional.ofNullable(Ledger.find(target)))
                .orElse(null);
        boolean resumed = found != null && !TargetState.startsOver(found, request.restart());
        Ledger ledger = resumed && found != null ? resume(target, found, carried) : begin(target, found, carried);
        List<CopiedTable> tables = tables(target, carried);
        Snapshot snapshot = new Snapshot(source, ledger.snapshotId());
        long before = ledger.rows();
        List<LeftBehind> leftBehind;
        Map<String, Long> rows;
        try (Connection connection = snapshot.open()) {
            leftBehind = leftBehind(connection);
            rows = SourceCheck.counts(connection, tables);
        }
        try {
            copy(target, ledger, snapshot, tables, SourceCheck.total(rows));
            makeKeysAndIndexes(target, snapshot, tables);
            target.useTransaction(() -> Sequences.advance(target, tables));
            target.renewAuditTriggers();
        } catch (InvalidDataException | ReferenceException | ConflictException | CorruptDatabaseException e) {
            // The snapshot will always have the row, so this transfer cannot be finished.
            abandon(target, ledger, e);
            throw e;
        }
        long copied = System.nanoTime();
        List<TransferredTable> compared = compare(target, snapshot, tables, SourceCheck.total(rows));
        Duration compareTime = since(copied);
        snapshot.retire();
        target.useTransaction(ledger::drop);
        snapshot.delete();
        return new TransferResult(
                compared,
                ledger.snapshotAt(),
                resumed,
                leftBehind,
                ledger.rows() - before,
                Duration.ofNanos(copied - began),
                compareTime);
    }

    /** All tables that are copied, whose match in the target is certain from here on. */
    private static List<CopiedTable> tables(PostgresLink target, CarriedTables carried) throws SQLException {
        return target.inTransaction(() -> carried.matched(
                PostgresCatalog.read(target.connection(), target.schema().name()), target.name()));
    }

    private Ledger resume(PostgresLink target, Ledger ledger, CarriedTables carried) throws SQLException {
        Snapshot snapshot = new Snapshot(source, ledger.snapshotId());
        snapshot.reactivate();
        TargetState.requireSnapshot(target, snapshot);
        schema.requireCurrent(snapshot.connections());
        ledger.requireTables(tables(target, carried));
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
    private Ledger begin(PostgresLink target, @Nullable Ledger unfinished, CarriedTables carried) throws SQLException {
        if (unfinished != null) {
            unfinished.abandon();
            new Snapshot(source, unfinished.snapshotId()).delete();
        }
        Snapshot.deleteRetired(source);
        makeTables(target, carried);
        List<CopiedTable> tables = tables(target, carried);
        target.useTransaction(() -> TargetState.requireEmpty(target, carried.all()));
        Ledger ledger = Ledger.begin(target, UUID.randomUUID().toString(), tables);
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

    /**
     * Migrates the target, unless its tables would not match. The source has the rows that the application's
     * migrations insert, too, as they are now, so those are removed from the tables that they have just made.
     */
    private void makeTables(PostgresLink target, CarriedTables carried) throws SQLException {
        Set<String> before = target.inTransaction(() -> {
            TargetState.requireEmpty(target, carried.all());
            return PostgresCatalog.read(target.connection(), target.schema().name())
                    .keySet();
        });
        migrator.migrate(connection -> {
            List<CopiedTable> tables = new ArrayList<>(carried.matched(
                    PostgresCatalog.read(connection, migrator.schema().name()), target.name()));
            Collections.reverse(tables);
            tables.removeIf(table -> before.contains(TableFacts.lower(table.name())));
            try (Statement statement = connection.createStatement()) {
                for (CopiedTable table : schema.hasSets() ? tables : List.<CopiedTable>of()) {
                    statement.execute("DELETE FROM " + target.table(table.name()));
                }
            }
        });
    }

    private void copy(PostgresLink target, Ledger ledger, Snapshot snapshot, List<CopiedTable> tables, long total)
            throws SQLException {
        ChunkWriter writer = new ChunkWriter(target, ledger);
        report(Phase.COPY, ledger.rows(), total);
        try (ChunkReader reader = new ChunkReader(snapshot, tables, ledger::position)) {
            for (Chunk chunk = reader.next(); chunk != null; chunk = reader.next()) {
                writer.write(chunk);
                report(Phase.COPY, ledger.rows(), total);
            }
        }
    }

    private void makeKeysAndIndexes(PostgresLink target, Snapshot snapshot, List<CopiedTable> tables)
            throws SQLException {
        int total = target.inTransaction(() -> DeferredDefinitions.pending(target));
        for (int done = 0; done < total; done++) {
            report(Phase.INDEX, done, total);
            try {
                target.useTransaction(() -> DeferredDefinitions.restoreNext(target));
            } catch (SQLException e) {
                if (ChunkWriter.mayBeCausedByRow(target.classify(e))) {
                    try (Connection connection = snapshot.open()) {
                        SourceCheck.requireReferences(connection, tables);
                    }
                }
                throw e;
            }
        }
    }

    private List<TransferredTable> compare(PostgresLink target, Snapshot snapshot, List<CopiedTable> tables, long total)
            throws SQLException {
        return target.inSnapshot(() -> {
            List<TransferredTable> compared = new ArrayList<>();
            long done = 0;
            try (Connection connection = snapshot.open()) {
                for (CopiedTable table : tables) {
                    long before = done;
                    try (RowSource ours = new SqliteRows(connection, table);
                            RowSource theirs = new PostgresRows(target, table)) {
                        Content content = new Comparison(table, ours, theirs)
                                .compare(count -> report(Phase.COMPARE, before + count, total));
                        compared.add(new TransferredTable(table.name(), content.rows(), content.hash()));
                        done += content.rows();
                    }
                }
            }
            return compared;
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

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void report(Phase phase, long done, long total) {
        request.listener().accept(new TransferProgress(phase, done, total));
    }
}
