package dev.modelscan.storage.internal.transfer;

import java.sql.SQLException;
import java.util.List;

/** The rows of one table in one database, in the order of the key's bytes, one at a time. */
interface RowSource extends AutoCloseable {

    /** Reads the next row; false where there is none. */
    boolean next(CanonicalRow into) throws SQLException;

    /** The key of the row that was read last. */
    List<String> key() throws SQLException;

    @Override
    void close() throws SQLException;
}
