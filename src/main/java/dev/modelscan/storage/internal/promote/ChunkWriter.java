package dev.modelscan.storage.internal.promote;

import dev.modelscan.storage.ConflictException;
import dev.modelscan.storage.InvalidDataException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.PostgresLink;
import dev.modelscan.storage.internal.engine.SqliteDialect;
import dev.modelscan.storage.internal.promote.ChunkReader.Chunk;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Stores chunks, each in one transaction with the ledger's note of it, and finds the row where the server refuses one. */
final class ChunkWriter {

    private final PostgresLink target;
    private final Ledger ledger;
    private final Snapshot snapshot;

    ChunkWriter(PostgresLink target, Ledger ledger, Snapshot snapshot) {
        this.target = target;
        this.ledger = ledger;
        this.snapshot = snapshot;
    }

    /**
     * Stores a chunk.
     *
     * @throws ConflictException where another program has stored a row of the same key
     * @throws InvalidDataException where the server refuses a row; names the table, the key and, where the server does, the
     *     column
     */
    void write(Chunk chunk) throws SQLException {
        Connection connection = target.connection();
        target.begin();
        try {
            long rows = target.copy(
                    chunk.table().copyCommand(target.schema()),
                    chunk.text().bytes(),
                    0,
                    chunk.text().length());
            ledger.advance(chunk.table(), rows, chunk.lastKey());
            connection.commit();
        } catch (SQLException e) {
            Failure failure = target.classify(e);
            if (!failure.refusesData()) {
                throw e;
            }
            connection.rollback();
            StorageException refused = refused(chunk, failure);
            connection.setAutoCommit(true);
            throw refused;
        }
        connection.setAutoCommit(true);
    }

    private StorageException refused(Chunk chunk, Failure failure) throws SQLException {
        String id = String.join(", ", keyOf(chunk, firstRefused(chunk)));
        if (failure.kind() == Kind.PRIMARY_KEY || failure.kind() == Kind.UNIQUE) {
            // The source's keys are unique, so the other row is somebody else's.
            return failure.toException(chunk.table().name(), id);
        }
        String column = failure.detail() == null ? "value" : failure.detail();
        return new InvalidDataException(
                chunk.table().name(),
                id,
                column,
                "is refused by the target: " + failure.cause().getMessage(),
                failure.cause());
    }

    /** Halves the rows until one is left: servers name the row in words that vary, and shards count their own. */
    private int firstRefused(Chunk chunk) throws SQLException {
        int from = 0;
        int to = chunk.text().rows();
        while (to - from > 1) {
            int middle = (from + to) >>> 1;
            if (isTaken(chunk, from, middle)) {
                from = middle;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private boolean isTaken(Chunk chunk, int from, int to) throws SQLException {
        CopyText text = chunk.text();
        target.begin();
        try {
            target.copy(chunk.table().copyCommand(target.schema()), text.bytes(), text.start(from), text.start(to));
            return true;
        } catch (SQLException e) {
            if (!target.classify(e).refusesData()) {
                throw e;
            }
            return false;
        } finally {
            target.connection().rollback();
        }
    }

    /** The key of a row of the chunk, which begins behind what the ledger has. */
    private List<String> keyOf(Chunk chunk, int row) throws SQLException {
        List<String> after = ledger.position(chunk.table()).lastKey();
        String sql = after == null
                ? chunk.table().select(SqliteDialect.INSTANCE.jooq())
                : chunk.table().selectAfter(SqliteDialect.INSTANCE.jooq());
        try (Connection connection = snapshot.open();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; after != null && i < after.size(); i++) {
                statement.setString(i + 1, after.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                for (int i = 0; i <= row; i++) {
                    rows.next();
                }
                return chunk.table().key(rows);
            }
        }
    }
}
