package dev.modelscan.storage.internal.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row whose columns are read from the driver one by one. */
final class PlainRow extends Row {

    private final ResultSet rows;
    private final Session session;

    PlainRow(ResultSet rows, Session session) {
        this.rows = rows;
        this.session = session;
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
        return codec.decode(bytes, 0, bytes.length);
    }
}
