package dev.modelscan.storage.internal.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row whose columns the driver hands out one by one. */
final class PlainRow extends Row {

    private final ResultSet rows;
    private final Dialect dialect;

    PlainRow(ResultSet rows, Dialect dialect) {
        this.rows = rows;
        this.dialect = dialect;
    }

    @Override
    boolean next() throws SQLException {
        return rows.next();
    }

    @Override
    <T> @Nullable T value(Codec<T> codec, int place) throws SQLException {
        return codec.read(rows, place, dialect);
    }

    @Override
    public long number(int index) throws SQLException {
        return rows.getLong(index);
    }

    @Override
    public @Nullable String text(int index) throws SQLException {
        return dialect.text(rows, index);
    }

    @Override
    public boolean wasNull() throws SQLException {
        return rows.wasNull();
    }
}
