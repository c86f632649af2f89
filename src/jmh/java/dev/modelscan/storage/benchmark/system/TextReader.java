package dev.modelscan.storage.benchmark.system;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Two ways to read text with this driver. */
enum TextReader {
    STRING {
        @Override
        String read(ResultSet rows, int column) throws SQLException {
            return rows.getString(column);
        }
    },
    BYTES {
        @Override
        String read(ResultSet rows, int column) throws SQLException {
            byte[] bytes = rows.getBytes(column);
            return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
        }
    };

    abstract String read(ResultSet rows, int column) throws SQLException;
}
