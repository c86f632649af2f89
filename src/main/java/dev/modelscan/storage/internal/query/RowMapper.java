package dev.modelscan.storage.internal.query;

import java.sql.SQLException;

/**
 * Makes a record of a row.
 *
 * @param <R> the record
 */
@FunctionalInterface
public interface RowMapper<R> {

    /** The record. */
    R map(Row row) throws SQLException;
}
