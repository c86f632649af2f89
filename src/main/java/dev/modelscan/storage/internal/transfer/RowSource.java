package dev.modelscan.storage.internal.transfer;

import java.sql.SQLException;
import java.util.List;

/** The rows of one table in one database, sorted by the key's bytes, one at a time. */
interface RowSource extends AutoCloseable {

    /** Reads the next row; false if there is none. */
    boolean next(CanonicalRow into) throws SQLException;

    /** The key of the last row read. */
    List<String> key() throws SQLException;

    @Override
    void close() throws SQLException;
}
