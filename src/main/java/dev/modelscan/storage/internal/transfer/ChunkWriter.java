package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.transfer.ChunkReader.Chunk;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores chunks, each in one transaction with its entry in the ledger, and finds the row if the server
 * rejects one.
 *
 * <p>The error code does not tell whether a row is at fault: a Citus coordinator reports whatever a worker
 * rejects during {@code COPY} as an internal error, and a trigger may raise anything. So the rows are tried.
 */
final class ChunkWriter {

    private final PostgresLink target;
    private final Ledger ledger;

    ChunkWriter(PostgresLink target, Ledger ledger) {
        this.target = target;
        this.ledger = ledger;
    }

    /**
     * Stores a chunk.
     *
     * @throws ConflictException if a row with the same key or name exists
     * @throws ReferenceException if a row that it refers to is missing, in a table added by the target's
     *     owner
     * @throws InvalidDataException if the server rejects a row for another reason; names the table, the key
     *     and, if the server does, the column
     * @throws SQLException if no row is at fault
     */
    void write(Chunk chunk) throws SQLException {
        try {
            ledger.store(
                    chunk.table(),
                    chunk.lastKey(),
                    () -> copy(chunk, chunk.text().rows()));
        } catch (SQLException e) {
            if (!mayBeCausedByRow(target.classify(e))) {
                throw e;
            }
            int row = firstRejected(chunk);
            if (row < 0) {
                throw e;
            }
            SQLException rejection = rejection(chunk, row + 1, true);
            throw rejected(chunk, row, target.classify(rejection == null ? e : rejection));
        }
    }

    /**
     * Whether a row may be at fault: true for all failures but those of the connection, the machine or other
     * transactions.
     */
    static boolean mayBeCausedByRow(Failure failure) {
        return switch (failure.kind()) {
            case BUSY, SERIALIZATION, CANCELLED, CONNECTION_LOST, NODE_AWAY, FULL, UNAVAILABLE, CORRUPT, READ_ONLY ->
                false;
            default -> true;
        };
    }

    private static StorageException rejected(Chunk chunk, int row, Failure failure) {
        List<@Nullable String> values = chunk.text().values(row);
        String table = chunk.table().name();
        String id = chunk.table().keyIndexes().stream()
                .map(index -> String.valueOf(values.get(index)))
                .collect(Collectors.joining(", "));
        if (failure.kind() == Kind.PRIMARY_KEY || failure.kind() == Kind.UNIQUE || failure.kind() == Kind.FOREIGN_KEY) {
            return failure.toException(table, id);
        }
        String column = failure.detail() == null ? "value" : failure.detail();
        return new InvalidDataException(
                table,
                id,
                column,
                "is rejected by the target: " + failure.cause().getMessage(),
                failure.cause());
    }

    /**
     * Finds the row without which the rows before it are accepted, and with which they are rejected; rows may
     * exclude each other. -1 if the rows are not at fault: the table accepts none at all, or accepts all of
     * them now.
     */
    private int firstRejected(Chunk chunk) throws SQLException {
        int taken = 0;
        int rejected = chunk.text().rows();
        if (rejection(chunk, taken, false) != null || rejection(chunk, rejected, false) == null) {
            return -1;
        }
        while (rejected - taken > 1) {
            int middle = (taken + rejected) >>> 1;
            if (rejection(chunk, middle, false) == null) {
                taken = middle;
            } else {
                rejected = middle;
            }
        }
        return taken;
    }

    /** Why the server rejects the first rows of the chunk; null if it accepts them. Always rolls back. */
    private @Nullable SQLException rejection(Chunk chunk, int rows, boolean lastByInsert) throws SQLException {
        SQLException refused = null;
        try {
            target.begin();
            copy(chunk, lastByInsert ? rows - 1 : rows);
            if (lastByInsert) {
                insert(chunk, rows - 1);
            }
            // Runs the checks that the commit would run.
            target.execute("SET CONSTRAINTS ALL IMMEDIATE");
        } catch (SQLException e) {
            refused = e;
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, target::rollBack);
            throw e;
        }
        if (refused != null && !mayBeCausedByRow(target.classify(refused))) {
            Cleanup.after(refused, target::rollBack);
            throw refused;
        }
        target.rollBack();
        return refused;
    }

    private long copy(Chunk chunk, int rows) throws SQLException {
        CopyText text = chunk.text();
        return target.copy(chunk.table().copyCommand(target.schema()), text.bytes(), 0, text.start(rows));
    }

    private void insert(Chunk chunk, int row) throws SQLException {
        List<@Nullable String> values = chunk.text().values(row);
        try (PreparedStatement insert =
                target.connection().prepareStatement(chunk.table().insertCommand(target.schema()))) {
            for (int i = 0; i < values.size(); i++) {
                insert.setObject(i + 1, values.get(i), Types.OTHER);
            }
            insert.execute();
        }
    }
}
