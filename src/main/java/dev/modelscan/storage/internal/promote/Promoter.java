package dev.modelscan.storage.internal.promote;

import dev.modelscan.storage.InvalidDataException;
import dev.modelscan.storage.PromotedTable;
import dev.modelscan.storage.PromotionEstimate;
import dev.modelscan.storage.PromotionProgress;
import dev.modelscan.storage.PromotionProgress.Phase;
import dev.modelscan.storage.PromotionResult;
import dev.modelscan.storage.ReferenceException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.PostgresLink;
import dev.modelscan.storage.internal.engine.PostgresServer;
import dev.modelscan.storage.internal.engine.SqliteConnections;
import dev.modelscan.storage.internal.migrate.Migrator;
import dev.modelscan.storage.internal.migrate.PostgresMigrator;
import dev.modelscan.storage.internal.open.PostgresOpening;
import dev.modelscan.storage.internal.promote.ChunkReader.Chunk;
import dev.modelscan.storage.internal.promote.Comparison.Content;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The steps of a promotion, in their order. What each may throw is said at {@link dev.modelscan.storage.Promotion}. */
public final class Promoter {

    private static final String LOCK = "promotion";

    /** Rows per second with all steps, on two cores. */
    private static final long USUAL_RATE = 50_000;

    private final Path source;
    private final PostgresServer server;
    private final @Nullable String workspace;
    private final Consumer<PromotionProgress> listener;
    private final SqliteConnections connections;
    private final PostgresMigrator migrator;

    /** Touches neither side yet. */
    public Promoter(
            Path source, PostgresServer server, @Nullable String workspace, Consumer<PromotionProgress> listener) {
        PostgresOpening.requireLibraries();
        this.source = source.toAbsolutePath().normalize();
        this.server = server;
        this.workspace = workspace;
        this.listener = listener;
        this.connections = SqliteConnections.toFile(this.source, true, server.busyTimeout());
        this.migrator = new PostgresMigrator(server, workspace);
    }

    /** Checks, and writes nothing. */
    public PromotionEstimate dryRun(boolean restart) {
        long began = System.nanoTime();
        requireCurrent(connections);
        boolean resumes = checkTarget(restart);
        // A probe would not do: over connections that were opened to read, quick_check passes over the checks of the
        // schema.
        try (Connection connection = connections.openReader();
                Statement statement = connection.createStatement()) {
            // One snapshot for all that is read.
            statement.execute("BEGIN");
            SourceCheck.requireSound(connection);
            SourceCheck.requireReferences(connection);
            Map<String, Long> rows = counts(connection);
            long total = total(rows);
            long done = 0;
            for (CopiedTable table : CopiedTable.ALL) {
                long before = done;
                done += SourceCheck.requireStorable(
                        connection, table, count -> report(Phase.CHECK, before + count, total));
            }
            long bytes = number(statement, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
            return new PromotionEstimate(
                    rows, bytes, resumes, since(began), Duration.ofMillis(total * 1_000 / USUAL_RATE));
        } catch (SQLException e) {
            throw connections.failed(e);
        }
    }

    private boolean checkTarget(boolean restart) {
        try (PostgresLink target = PostgresLink.open(server, workspace)) {
            try {
                Ledger ledger = Ledger.find(target);
                if (ledger != null) {
                    ledger.requireOwnRowsAlone();
                    if (!TargetState.beginsAnew(ledger, restart)) {
                        migrator.requireCurrent();
                        TargetState.requireSnapshot(target, new Snapshot(source, ledger.snapshotId()));
                        return true;
                    }
                    return false;
                }
                migrator.check();
                TargetState.requireEmpty(target);
                return false;
            } catch (SQLException e) {
                throw target.failed(e);
            }
        }
    }

    /** Copies and compares. */
    public PromotionResult run(boolean restart) {
        requireCurrent(connections);
        try (PostgresLink target = PostgresLink.open(server, workspace)) {
            try {
                target.lock(LOCK);
                return run(target, restart);
            } catch (SQLException e) {
                throw target.failed(e);
            }
        }
    }

    private PromotionResult run(PostgresLink target, boolean restart) throws SQLException {
        long began = System.nanoTime();
        Ledger found = Ledger.find(target);
        boolean resumed = found != null && !TargetState.beginsAnew(found, restart);
        Ledger ledger = resumed && found != null ? resume(target, found) : begin(target, found);
        Snapshot snapshot = new Snapshot(source, ledger.snapshotId());
        long before = ledger.rows();
        Map<String, Long> rows;
        try (Connection connection = snapshot.open()) {
            rows = counts(connection);
        }
        try {
            copy(target, ledger, snapshot, total(rows));
            makeKeysAndIndexes(target, snapshot);
        } catch (InvalidDataException | ReferenceException e) {
            // The snapshot has the value for ever, so this promotion cannot be finished.
            abandon(target, ledger, e);
            throw e;
        }
        long copied = System.nanoTime();
        List<PromotedTable> tables = compare(target, snapshot, total(rows));
        Duration compareTime = since(copied);
        ledger.drop();
        snapshot.delete();
        return new PromotionResult(
                tables,
                ledger.snapshotAt(),
                resumed,
                ledger.rows() - before,
                Duration.ofNanos(copied - began),
                compareTime);
    }

    private Ledger resume(PostgresLink target, Ledger ledger) throws SQLException {
        Snapshot snapshot = new Snapshot(source, ledger.snapshotId());
        TargetState.requireSnapshot(target, snapshot);
        requireCurrent(snapshot.connections());
        migrator.requireCurrent();
        ledger.requireOwnRowsAlone();
        return ledger;
    }

    /** The ledger comes before the snapshot, so that no file is left over that no ledger names. */
    private Ledger begin(PostgresLink target, @Nullable Ledger unfinished) throws SQLException {
        if (unfinished != null) {
            unfinished.requireOwnRowsAlone();
            unfinished.abandon();
            new Snapshot(source, unfinished.snapshotId()).delete();
        }
        migrator.migrate();
        TargetState.requireEmpty(target);
        Ledger ledger = Ledger.begin(target, UUID.randomUUID().toString());
        report(Phase.SNAPSHOT, 0, 1);
        try {
            new Snapshot(source, ledger.snapshotId()).take(connections);
        } catch (StorageException e) {
            abandon(target, ledger, e);
            throw e;
        }
        return ledger;
    }

    private void copy(PostgresLink target, Ledger ledger, Snapshot snapshot, long total) throws SQLException {
        ChunkWriter writer = new ChunkWriter(target, ledger, snapshot);
        report(Phase.COPY, ledger.rows(), total);
        try (ChunkReader reader = new ChunkReader(snapshot, ledger::position)) {
            for (Chunk chunk = reader.next(); chunk != null; chunk = reader.next()) {
                writer.write(chunk);
                report(Phase.COPY, ledger.rows(), total);
            }
        }
    }

    private void makeKeysAndIndexes(PostgresLink target, Snapshot snapshot) throws SQLException {
        int total = DeferredDefinitions.pending(target);
        for (int done = 0; done < total; done++) {
            report(Phase.INDEX, done, total);
            try {
                target.begin();
                DeferredDefinitions.restoreNext(target);
                target.connection().commit();
                target.connection().setAutoCommit(true);
            } catch (SQLException e) {
                if (target.classify(e).kind() == Failure.Kind.FOREIGN_KEY) {
                    target.connection().rollback();
                    target.connection().setAutoCommit(true);
                    try (Connection connection = snapshot.open()) {
                        SourceCheck.requireReferences(connection);
                    }
                }
                throw e;
            }
        }
    }

    private List<PromotedTable> compare(PostgresLink target, Snapshot snapshot, long total) throws SQLException {
        List<PromotedTable> tables = new ArrayList<>();
        long done = 0;
        target.connection().setAutoCommit(false);
        target.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        try (Connection connection = snapshot.open()) {
            for (CopiedTable table : CopiedTable.ALL) {
                long before = done;
                try (RowSource ours = new SqliteRows(connection, table);
                        RowSource theirs = new PostgresRows(target, table)) {
                    Content content = new Comparison(table, ours, theirs)
                            .compare(count -> report(Phase.COMPARE, before + count, total));
                    tables.add(new PromotedTable(table.name(), content.rows(), content.hash()));
                    done += content.rows();
                }
            }
        }
        target.connection().rollback();
        target.connection().setAutoCommit(true);
        return tables;
    }

    private void abandon(PostgresLink target, Ledger ledger, StorageException why) {
        try {
            // Rows of others are nobody's to remove.
            ledger.requireOwnRowsAlone();
            ledger.abandon();
            new Snapshot(source, ledger.snapshotId()).delete();
        } catch (SQLException e) {
            why.addSuppressed(target.failed(e));
        } catch (StorageException e) {
            why.addSuppressed(e);
        }
    }

    private static void requireCurrent(SqliteConnections connections) {
        new Migrator(connections, Duration.ZERO).requireCurrent();
    }

    private static Map<String, Long> counts(Connection connection) throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement()) {
            for (CopiedTable table : CopiedTable.ALL) {
                counts.put(table.name(), number(statement, table.count()));
            }
        }
        return counts;
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            return rows.getLong(1);
        }
    }

    private static long total(Map<String, Long> rows) {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void report(Phase phase, long done, long total) {
        listener.accept(new PromotionProgress(phase, done, total));
    }
}
