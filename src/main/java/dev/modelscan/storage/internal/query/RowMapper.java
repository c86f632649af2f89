package dev.modelscan.storage.internal.query;

import java.sql.SQLException;

/**
 * Creates a record from a row.
 *
 * @param <R> the record
 */
@FunctionalInterface
public interface RowMapper<R> {

    R map(Row row) throws SQLException;
}
