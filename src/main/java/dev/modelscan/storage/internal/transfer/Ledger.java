package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.internal.postgres.PostgresMigrator;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The state of an unfinished transfer, stored in the target: the snapshot that it copies, and how far each
 * table is. It is in its own tables in the target's schema, which the end of the transfer drops, and is
 * written in the same transactions as the rows.
 */
final class Ledger {

    private static final String TABLE = PostgresMigrator.TRANSFER_TABLE;

    private final PostgresLink target;
    private final String snapshotId;
    private final Instant snapshotAt;
    private final Map<String, Position> positions;

    /** How many rows of a table were copied, and the key of the last one; null if none was. */
    record Position(long rows, @Nullable List<String> lastKey) {}

    private Ledger(PostgresLink target, String snapshotId, Instant snapshotAt, Map<String, Position> positions) {
        this.target = target;
        this.snapshotId = snapshotId;
        this.snapshotAt = snapshotAt;
        this.positions = positions;
    }

    /** The ledger of an unfinished transfer; null if there is none. */
    static @Nullable Ledger find(PostgresLink target) throws SQLException {
        if (target.text("SELECT to_regclass(?)", target.table(TABLE)) == null) {
            return null;
        }
        Map<String, Position> positions = new LinkedHashMap<>();
        String id = "";
        Instant at = Instant.EPOCH;
        try (Statement statement = target.connection().createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT table_name, rows_copied, last_key, snapshot_id, snapshot_at FROM " + target.table(TABLE)
                                + " ORDER BY number")) {
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

    /**
     * Begins a transfer in one transaction: creates the ledger, and drops foreign keys and indexes until the
     * end.
     */
    static Ledger begin(PostgresLink target, String snapshotId, List<CopiedTable> tables) throws SQLException {
        Instant now = Instant.now();
        Map<String, Position> positions = new LinkedHashMap<>();
        target.useTransaction(() -> {
            target.execute("CREATE TABLE " + target.table(TABLE)
                    + " (number integer NOT NULL, table_name text PRIMARY KEY, rows_copied bigint NOT NULL, last_key text[],"
                    + " snapshot_id text NOT NULL, snapshot_at timestamptz NOT NULL)");
            try (PreparedStatement insert = target.connection()
                    .prepareStatement("INSERT INTO " + target.table(TABLE) + " VALUES (?, ?, 0, NULL, ?, ?)")) {
                for (CopiedTable table : tables) {
                    insert.setInt(1, positions.size());
                    insert.setString(2, table.name());
                    insert.setString(3, snapshotId);
                    insert.setObject(4, now.atOffset(ZoneOffset.UTC));
                    insert.execute();
                    positions.put(table.name(), new Position(0, null));
                }
            }
            DeferredDefinitions.defer(target, tables);
        });
        return new Ledger(target, snapshotId, now, positions);
    }

    String snapshotId() {
        return snapshotId;
    }

    /** When the snapshot was started. */
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
     * Stores rows and records them, in one transaction.
     *
     * @param copy stores the rows, and returns how many
     * @throws ConflictException if another transfer has stored rows meanwhile
     */
    void store(CopiedTable table, List<String> lastKey, PostgresLink.Work<Long> copy) throws SQLException {
        Position before = position(table);
        Position after = target.inTransaction(() -> {
            Position stored = new Position(before.rows() + copy.run(), lastKey);
            advance(table, before, stored);
            return stored;
        });
        positions.put(table.name(), after);
    }

    private void advance(CopiedTable table, Position before, Position after) throws SQLException {
        try (PreparedStatement update = target.connection()
                .prepareStatement(
                        "UPDATE " + target.table(TABLE)
                                + " SET rows_copied = ?, last_key = ? WHERE table_name = ? AND rows_copied = ? AND snapshot_id = ?")) {
            update.setLong(1, after.rows());
            update.setArray(
                    2,
                    target.connection()
                            .createArrayOf(
                                    "text",
                                    Objects.requireNonNull(after.lastKey()).toArray()));
            update.setString(3, table.name());
            update.setLong(4, before.rows());
            update.setString(5, snapshotId);
            if (update.executeUpdate() != 1) {
                throw otherTransferRunning();
            }
        }
    }

    private ConflictException otherTransferRunning() {
        return new ConflictException(target.name() + ": another transfer is under way", "workspace", null, null);
    }

    /**
     * Checks that the target holds exactly the rows that were copied.
     *
     * @throws ConflictException if it does not, because another program has written
     */
    void requireOnlyOwnRows() throws SQLException {
        for (Map.Entry<String, Position> table : positions.entrySet()) {
            long copied = table.getValue().rows();
            long rows =
                    Long.parseLong(String.valueOf(target.text("SELECT count(*) FROM " + target.table(table.getKey()))));
            if (rows != copied) {
                throw new ConflictException(
                        target.name() + ": " + table.getKey() + " has " + rows
                                + " rows, and the unfinished transfer copied "
                                + copied
                                + ": another program has written here. Transfer into another workspace, or drop this one",
                        "workspace",
                        null,
                        null);
            }
        }
    }

    /**
     * Checks that these tables are those of the unfinished transfer.
     *
     * @throws ConflictException if they are not, because other sets of migrations were given, or other names
     */
    void requireTables(List<CopiedTable> tables) {
        List<String> names = tables.stream().map(CopiedTable::name).toList();
        if (!names.equals(List.copyOf(positions.keySet()))) {
            throw new ConflictException(
                    target.name() + " holds an unfinished transfer of the tables "
                            + String.join(", ", positions.keySet())
                            + ", and now these would be copied: " + String.join(", ", names)
                            + ". Run it with the same sets of migrations and the same names for leaveBehind, or restart"
                            + " it (--restart)",
                    "workspace",
                    null,
                    null);
        }
    }

    /**
     * Removes everything that was copied, in one transaction: the target is as before.
     *
     * @throws ConflictException if other rows are among it or refer to it, or if another transfer is running
     */
    void abandon() throws SQLException {
        target.useTransaction(() -> {
            if (!String.valueOf(positions.size())
                    .equals(target.text(
                            "SELECT count(*) FROM " + target.table(TABLE) + " WHERE snapshot_id = ?", snapshotId))) {
                throw otherTransferRunning();
            }
            // From here on nobody can add a row that would be removed as well.
            target.execute("LOCK TABLE " + tables() + " IN EXCLUSIVE MODE");
            requireOnlyOwnRows();
            removeRows();
            DeferredDefinitions.restoreAll(target);
            drop();
        });
    }

    /** TRUNCATE fails on a table that another one refers to, even if that one is empty. */
    private void removeRows() throws SQLException {
        List<String> tables = List.copyOf(positions.keySet());
        if (Referring.find(target, tables).isEmpty()) {
            target.execute("TRUNCATE " + tables());
            return;
        }
        requireNoReferences();
        for (int i = tables.size() - 1; i >= 0; i--) {
            target.execute("DELETE FROM " + target.table(tables.get(i)));
        }
    }

    private void requireNoReferences() throws SQLException {
        for (Referring other : Referring.find(target, List.copyOf(positions.keySet()))) {
            // Removing the rows that they refer to would fail, or remove or alter them.
            if (target.text(other.any()) != null) {
                throw new ConflictException(
                        target.name() + ": rows of " + other.table()
                                + " refer to what the unfinished transfer copied, so that was not removed. Delete"
                                + " them, and run the transfer again",
                        "workspace",
                        null,
                        null);
            }
        }
    }

    /**
     * Checks, without writing, that {@link #abandon} would succeed.
     *
     * @throws ConflictException if it would not
     */
    void requireCanBeAbandoned() throws SQLException {
        requireOnlyOwnRows();
        requireNoReferences();
    }

    private String tables() {
        return positions.keySet().stream().map(target::table).collect(Collectors.joining(", "));
    }

    /** A foreign key from another program's table to a copied one. */
    private record Referring(String table, String any) {

        private static final String CATALOG = """
                SELECT c.conrelid::pg_catalog.regclass::text,
                    pg_catalog.format('SELECT 1 FROM %I.%I WHERE %s LIMIT 1', m.nspname, t.relname,
                        (SELECT pg_catalog.string_agg(pg_catalog.format('%I IS NOT NULL', a.attname), ' AND ')
                        FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)))
                FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r ON r.oid = c.confrelid
                    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
                    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
                    JOIN pg_catalog.pg_namespace m ON m.oid = t.relnamespace
                WHERE c.contype = 'f' AND r.relname = ANY (?) AND n.nspname = ?
                    AND NOT (t.relname = ANY (?) AND t.relnamespace = r.relnamespace)
                ORDER BY 1""";

        static List<Referring> find(PostgresLink target, List<String> tables) throws SQLException {
            List<Referring> found = new ArrayList<>();
            try (PreparedStatement statement = target.connection().prepareStatement(CATALOG)) {
                Array names = target.connection().createArrayOf("text", tables.toArray());
                statement.setArray(1, names);
                statement.setString(2, target.schema().name());
                statement.setArray(3, names);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(new Referring(rows.getString(1), rows.getString(2)));
                    }
                }
            }
            return found;
        }
    }

    /** Ends the transfer by dropping the ledger. */
    void drop() throws SQLException {
        target.execute("DROP TABLE " + target.table(TABLE) + ", " + target.table(DeferredDefinitions.TABLE));
    }
}
