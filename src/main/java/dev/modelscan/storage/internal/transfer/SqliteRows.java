package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.internal.transfer.CopiedTable.Column;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** A table's rows from SQLite. */
final class SqliteRows implements RowSource {

    private static final long MICROS = 1_000_000;

    private final CopiedTable table;
    private final PreparedStatement statement;
    private final ResultSet rows;

    SqliteRows(Connection connection, CopiedTable table) throws SQLException {
        this.table = table;
        this.statement = connection.prepareStatement(table.select(SqliteDialect.INSTANCE.jooq()));
        this.rows = statement.executeQuery();
    }

    @Override
    public boolean next(CanonicalRow into) throws SQLException {
        into.clear();
        if (!rows.next()) {
            return false;
        }
        int index = 1;
        for (Column column : table.columns()) {
            add(column, index++, into);
        }
        return true;
    }

    private void add(Column column, int index, CanonicalRow into) throws SQLException {
        if (column.kind() == CopiedTable.Kind.REAL) {
            double value = rows.getDouble(index);
            if (rows.wasNull()) {
                into.nothing();
            } else {
                into.text(ByteBuffer.allocate(Double.BYTES).putDouble(value).array(), Double.BYTES);
            }
            return;
        }
        if (column.kind() == CopiedTable.Kind.NUMBER || column.kind() == CopiedTable.Kind.BOOLEAN) {
            long value = rows.getLong(index);
            if (value == 0 && rows.wasNull()) {
                into.nothing();
            } else {
                into.number(value);
            }
            return;
        }
        byte[] stored = rows.getBytes(index);
        if (stored == null) {
            into.nothing();
            return;
        }
        switch (column.kind()) {
            case TIME -> {
                Instant time = Formats.instant(stored, 0, stored.length);
                into.number(time.getEpochSecond() * MICROS + time.getNano() / 1_000);
            }
            case JSON -> into.json(stored, stored.length);
            default -> into.text(stored, stored.length);
        }
    }

    @Override
    public List<String> key() throws SQLException {
        return table.key(rows);
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
