package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.transfer.ChunkReader.Chunk;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores chunks, each in one transaction with the ledger's note of it, and finds the row if the server refuses one.
 *
 * <p>The code of a refusal does not tell whether a row is at fault: a coordinator of Citus reports whatever a worker refuses
 * during {@code COPY} as an internal error, and a trigger may raise anything. So the rows are tried.
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
     * @throws ConflictException if a row with the same key or name is there
     * @throws ReferenceException if a row of the target's owner is missing that the row refers to
     * @throws InvalidDataException if the server refuses a row for another reason; names the table, the key and, if the
     *     server does, the column
     * @throws SQLException if no row is at fault
     */
    void write(Chunk chunk) throws SQLException {
        try {
            ledger.store(
                    chunk.table(),
                    chunk.lastKey(),
                    () -> copy(chunk, chunk.text().rows()));
        } catch (SQLException e) {
            if (!mayBeOfARow(target.classify(e))) {
                throw e;
            }
            int row = firstRefused(chunk);
            if (row < 0) {
                throw e;
            }
            SQLException refusal = refusal(chunk, row + 1, true);
            throw refused(chunk, row, target.classify(refusal == null ? e : refusal));
        }
    }

    /** Whether it is worth trying the rows: all but what has to do with the connection, the machine or other transactions. */
    static boolean mayBeOfARow(Failure failure) {
        return switch (failure.kind()) {
            case BUSY, SERIALIZATION, CANCELLED, CONNECTION_LOST, NODE_AWAY, FULL, UNAVAILABLE, CORRUPT, READ_ONLY ->
                false;
            default -> true;
        };
    }

    private static StorageException refused(Chunk chunk, int row, Failure failure) {
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
                "is refused by the target: " + failure.cause().getMessage(),
                failure.cause());
    }

    /**
     * The row with which the first rows of the chunk are refused, and without which they are not; rows may exclude each
     * other. -1 if the fault is not in the rows: the table takes none at all, or all of them by now.
     */
    private int firstRefused(Chunk chunk) throws SQLException {
        int taken = 0;
        int refused = chunk.text().rows();
        if (refusal(chunk, taken, false) != null || refusal(chunk, refused, false) == null) {
            return -1;
        }
        while (refused - taken > 1) {
            int middle = (taken + refused) >>> 1;
            if (refusal(chunk, middle, false) == null) {
                taken = middle;
            } else {
                refused = middle;
            }
        }
        return taken;
    }

    /** Why the server refuses the first rows of the chunk; null if it takes them. None of them stays. */
    private @Nullable SQLException refusal(Chunk chunk, int rows, boolean lastByInsert) throws SQLException {
        try {
            target.begin();
            copy(chunk, lastByInsert ? rows - 1 : rows);
            if (lastByInsert) {
                insert(chunk, rows - 1);
            }
            // What would be refused by the commit.
            target.execute("SET CONSTRAINTS ALL IMMEDIATE");
            return null;
        } catch (SQLException e) {
            if (!mayBeOfARow(target.classify(e))) {
                throw e;
            }
            return e;
        } finally {
            target.connection().rollback();
            target.connection().setAutoCommit(true);
        }
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
