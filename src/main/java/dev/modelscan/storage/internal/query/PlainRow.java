package dev.modelscan.storage.internal.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row whose columns are read from the driver one by one. */
final class PlainRow extends Row {

    /** More columns than any query of the library has. */
    private static final int MOST_COLUMNS = 64;

    private final ResultSet rows;
    private final Session session;
    private final @Nullable LastValue @Nullable [] last;

    /**
     * The rows of a result.
     *
     * @param single whether it has at most one row, so that no value can repeat
     */
    PlainRow(ResultSet rows, Session session, boolean single) {
        this.rows = rows;
        this.session = session;
        this.last = single ? null : new LastValue[MOST_COLUMNS];
    }

    @Override
    boolean next() throws SQLException {
        return rows.next();
    }

    @Override
    String name() throws SQLException {
        return "the row of " + rows.getString(1);
    }

    @Override
    <T> @Nullable T value(Codec<T> codec, int place) throws SQLException {
        return codec.isText() ? decoded(codec, place) : codec.read(rows, place, session.dialect());
    }

    /**
     * The drivers' own text getters are slower: SQLite's copies through a direct buffer, PostgreSQL's looks
     * up the type first.
     */
    private <T> @Nullable T decoded(Codec<T> codec, int place) throws SQLException {
        byte[] bytes = rows.getBytes(place);
        if (bytes == null) {
            return null;
        }
        session.moved(bytes.length);
        if (last == null) {
            return codec.decode(bytes, 0, bytes.length);
        }
        LastValue value = last[place];
        if (value == null) {
            value = new LastValue();
            last[place] = value;
        }
        return value.decode(codec, bytes);
    }
}
