package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.internal.transfer.Ledger.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot on its own thread and keeps a few chunks ready, so that the server stores one while the
 * next is read. Reads one table after the other, and the rows of each in key order.
 */
final class ChunkReader implements AutoCloseable {

    /** Bounds how many rows are read again after an interruption, and how many share a commit. */
    private static final int MOST_ROWS = 20_000;

    private static final int MOST_BYTES = 4 * 1_024 * 1_024;
    private static final int CHUNKS_AHEAD = 2;

    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>(CHUNKS_AHEAD);
    private final List<CopiedTable> tables;
    private final Function<CopiedTable, Position> positions;
    private final Snapshot snapshot;
    private final Thread thread;

    /** Rows of one table, and the key of the last one. */
    record Chunk(CopiedTable table, CopyText text, List<String> lastKey) {}

    /** A chunk, or why there are no more; both null at the end. */
    private record Item(@Nullable Chunk chunk, @Nullable Throwable failure) {}

    /** Starts to read after the given positions. */
    ChunkReader(Snapshot snapshot, List<CopiedTable> tables, Function<CopiedTable, Position> positions) {
        this.snapshot = snapshot;
        this.tables = tables;
        this.positions = positions;
        this.thread = new Thread(this::run, "modelscan-transfer-reader");
        thread.setDaemon(true);
        thread.start();
    }

    /** The next chunk; null at the end. Throws what reading threw. */
    @Nullable
    Chunk next() throws SQLException {
        Item item;
        try {
            item = queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("the transfer was interrupted; run it again to continue", e);
        }
        if (item.failure() instanceof SQLException e) {
            throw snapshot.connections().failed(e);
        }
        if (item.failure() instanceof RuntimeException e) {
            throw e;
        }
        if (item.failure() instanceof Error e) {
            throw e;
        }
        return item.chunk();
    }

    private void run() {
        try {
            Throwable failure = null;
            try (Connection connection = snapshot.open()) {
                for (CopiedTable table : tables) {
                    read(connection, table);
                }
            } catch (SQLException | RuntimeException | Error e) {
                // Also catches errors, such as lack of memory: otherwise next() would wait for ever.
                failure = e;
            }
            queue.put(new Item(null, failure));
        } catch (InterruptedException e) {
            // Closed: no one reads the queue any more.
            return;
        }
    }

    private void read(Connection connection, CopiedTable table) throws SQLException, InterruptedException {
        List<String> after = positions.apply(table).lastKey();
        String sql = after == null
                ? table.select(SqliteDialect.INSTANCE.jooq())
                : table.selectAfter(SqliteDialect.INSTANCE.jooq());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; after != null && i < after.size(); i++) {
                statement.setString(i + 1, after.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                read(rows, table);
            }
        }
    }

    private void read(ResultSet rows, CopiedTable table) throws SQLException, InterruptedException {
        RowEncoder encoder = new RowEncoder(table);
        CopyText text = new CopyText(MOST_BYTES / 4);
        List<String> key = new ArrayList<>();
        while (rows.next()) {
            encoder.encode(rows, text);
            key = table.key(rows);
            if (text.rows() >= MOST_ROWS || text.length() >= MOST_BYTES) {
                queue.put(new Item(new Chunk(table, text, key), null));
                text = new CopyText(text.length() + text.length() / 8);
            }
        }
        if (text.rows() > 0) {
            queue.put(new Item(new Chunk(table, text, key), null));
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
