package dev.modelscan.storage.internal.promote;

import dev.modelscan.storage.ConflictException;
import dev.modelscan.storage.internal.engine.PostgresLink;
import dev.modelscan.storage.internal.migrate.PostgresMigrator;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the target knows of an unfinished promotion: the snapshot that it copies, and how far each table is. It is in tables of
 * its own in the target's schema, which the end removes, and is written in the same transactions as the rows.
 */
final class Ledger {

    private static final String TABLE = PostgresMigrator.PROMOTION_TABLE;

    private final PostgresLink target;
    private final String snapshotId;
    private final Instant snapshotAt;
    private final Map<String, Position> positions;

    /** How many rows of a table were copied, and the key of the last; null where none was. */
    record Position(long rows, @Nullable List<String> lastKey) {}

    private Ledger(PostgresLink target, String snapshotId, Instant snapshotAt, Map<String, Position> positions) {
        this.target = target;
        this.snapshotId = snapshotId;
        this.snapshotAt = snapshotAt;
        this.positions = positions;
    }

    /** The ledger of an unfinished promotion; null where there is none. */
    static @Nullable Ledger find(PostgresLink target) throws SQLException {
        if (target.text("SELECT to_regclass(?)", target.table(TABLE)) == null) {
            return null;
        }
        Map<String, Position> positions = new HashMap<>();
        String id = "";
        Instant at = Instant.EPOCH;
        try (Statement statement = target.connection().createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT table_name, rows_copied, last_key, snapshot_id, snapshot_at FROM "
                                + target.table(TABLE))) {
            while (rows.next()) {
                Array key = rows.getArray(3);
                positions.put(
                        rows.getString(1),
                        new Position(rows.getLong(2), key == null ? null : List.of((String[]) key.getArray())));
                id = rows.getString(4);
                at = rows.getObject(5, OffsetDateTime.class).toInstant();
            }
        }
        return new Ledger(target, id, at, positions);
    }

    /** Begins a promotion, in one transaction: makes the ledger, and puts off keys and indexes. */
    static Ledger begin(PostgresLink target, String snapshotId) throws SQLException {
        Instant now = Instant.now();
        Map<String, Position> positions = new HashMap<>();
        Connection connection = target.connection();
        target.begin();
        target.execute("CREATE TABLE " + target.table(TABLE)
                + " (table_name text PRIMARY KEY, rows_copied bigint NOT NULL, last_key text[],"
                + " snapshot_id text NOT NULL, snapshot_at timestamptz NOT NULL)");
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO " + target.table(TABLE) + " VALUES (?, 0, NULL, ?, ?)")) {
            for (CopiedTable table : CopiedTable.ALL) {
                insert.setString(1, table.name());
                insert.setString(2, snapshotId);
                insert.setObject(3, now.atOffset(ZoneOffset.UTC));
                insert.execute();
                positions.put(table.name(), new Position(0, null));
            }
        }
        DeferredDefinitions.putOff(target);
        connection.commit();
        connection.setAutoCommit(true);
        return new Ledger(target, snapshotId, now, positions);
    }

    String snapshotId() {
        return snapshotId;
    }

    /** When the snapshot was begun. */
    Instant snapshotAt() {
        return snapshotAt;
    }

    Position position(CopiedTable table) {
        return positions.getOrDefault(table.name(), new Position(0, null));
    }

    long rows() {
        return positions.values().stream().mapToLong(Position::rows).sum();
    }

    /**
     * Notes rows that the transaction has copied.
     *
     * @throws ConflictException where another promotion noted some meanwhile
     */
    void advance(CopiedTable table, long more, List<String> lastKey) throws SQLException {
        Position before = position(table);
        Position after = new Position(before.rows() + more, lastKey);
        try (PreparedStatement update = target.connection()
                .prepareStatement(
                        "UPDATE " + target.table(TABLE)
                                + " SET rows_copied = ?, last_key = ? WHERE table_name = ? AND rows_copied = ? AND snapshot_id = ?")) {
            update.setLong(1, after.rows());
            update.setArray(2, target.connection().createArrayOf("text", lastKey.toArray()));
            update.setString(3, table.name());
            update.setLong(4, before.rows());
            update.setString(5, snapshotId);
            if (update.executeUpdate() != 1) {
                throw new ConflictException(
                        target.name() + ": another promotion is under way", "workspace", null, null);
            }
        }
        positions.put(table.name(), after);
    }

    /**
     * Checks that the target holds as many rows as were copied.
     *
     * @throws ConflictException where it does not: another program has written
     */
    void requireOwnRowsAlone() throws SQLException {
        for (CopiedTable table : CopiedTable.ALL) {
            long rows = Long.parseLong(String.valueOf(target.text(table.count(target.schema()))));
            if (rows != position(table).rows()) {
                throw new ConflictException(
                        target.name() + ": " + table.name() + " has " + rows
                                + " rows, and the unfinished promotion copied "
                                + position(table).rows()
                                + ": another program has written here. Promote into another workspace, or drop this one",
                        "workspace",
                        null,
                        null);
            }
        }
    }

    /** Takes back all that was copied, in one transaction: the target is as before. */
    void abandon() throws SQLException {
        target.begin();
        target.execute("TRUNCATE "
                + String.join(
                        ", ",
                        CopiedTable.ALL.stream()
                                .map(table -> target.table(table.name()))
                                .toList()));
        DeferredDefinitions.restoreAll(target);
        drop();
        target.connection().commit();
        target.connection().setAutoCommit(true);
    }

    /** Ends the promotion: nothing of the ledger is left. */
    void drop() throws SQLException {
        target.execute("DROP TABLE " + target.table(TABLE) + ", " + target.table(DeferredDefinitions.TABLE));
    }
}
