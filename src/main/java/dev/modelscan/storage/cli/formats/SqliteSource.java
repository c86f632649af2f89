package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** A SQLite database of another program. It is read in one transaction, and never locked for writing. */
final class SqliteSource implements AutoCloseable {

    private static final int BUSY_MILLIS = 5_000;
    private static final int WAL_VERSION_AT = 19;

    private final Connection connection;
    private final Path file;
    private final @Nullable FileTime changed;

    private SqliteSource(Connection connection, Path file, @Nullable FileTime changed) {
        this.connection = connection;
        this.file = file;
        this.changed = changed;
    }

    static SqliteSource open(Path file) throws IOException {
        FileTime changed = isAtRest(file) ? Files.getLastModifiedTime(file) : null;
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        // The path is a URI, so that no character of it is read as an option of the driver.
        String uri = file.toAbsolutePath().toUri().toASCIIString().replaceFirst("^file:///", "file:/");
        try {
            Connection connection =
                    config.createConnection("jdbc:sqlite:" + uri + (changed == null ? "" : "?immutable=1"));
            connection.setAutoCommit(false);
            return new SqliteSource(connection, file, changed);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * Whether it has a write-ahead log that nobody has open. A reader would make the log's files again and
     * leave them there, so such a file is read as one that does not change.
     */
    private static boolean isAtRest(Path file) throws IOException {
        byte[] header;
        try (InputStream in = Files.newInputStream(file)) {
            header = in.readNBytes(WAL_VERSION_AT + 1);
        }
        return header.length > WAL_VERSION_AT
                && header[WAL_VERSION_AT] == 2
                && !Files.exists(file.resolveSibling(file.getFileName() + "-wal"))
                && !Files.exists(file.resolveSibling(file.getFileName() + "-shm"));
    }

    /**
     * Fails if another program has changed the file since it was opened, which a reader of a file at rest
     * does not see.
     */
    void requireUnchanged() throws IOException {
        if (changed != null && !Files.getLastModifiedTime(file).equals(changed)) {
            throw new IOException("the database was changed by another program while it was read; import it again");
        }
    }

    static IOException failure(SQLException e) {
        boolean busy = e.getErrorCode() == 5 || e.getErrorCode() == 6;
        return new IOException(
                busy
                        ? "the database is in use by another program; try again when that has ended"
                        : "the file is not a SQLite database that can be read, or it is damaged",
                e);
    }

    /** The names of its tables. */
    Set<String> tables() throws IOException {
        Set<String> tables = new LinkedHashSet<>();
        each(
                "SELECT name FROM sqlite_schema WHERE type = 'table'",
                row -> tables.add(row.path("name").asText()));
        return tables;
    }

    /** The names of a table's columns, in lower case; empty if there is no such table. */
    Set<String> columns(String table) throws IOException {
        Set<String> columns = new LinkedHashSet<>();
        each(
                "SELECT name FROM pragma_table_info('" + table.replace("'", "''") + "')",
                row -> columns.add(row.path("name").asText().toLowerCase(Locale.ROOT)));
        return columns;
    }

    /** Gives each row of a query, with a member for each column. */
    void each(String query, Consumer<ObjectNode> rows) throws IOException {
        try (Cursor cursor = cursor(query)) {
            for (ObjectNode row = cursor.next(); row != null; row = cursor.next()) {
                rows.accept(row);
            }
        }
    }

    /** A query's rows, one at a time. */
    Cursor cursor(String query) throws IOException {
        try {
            Statement statement = connection.createStatement();
            try {
                return new Cursor(statement, statement.executeQuery(query));
            } catch (SQLException e) {
                statement.close();
                throw e;
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** The rows of a query. */
    static final class Cursor implements AutoCloseable {
        private final Statement statement;
        private final ResultSet rows;

        private Cursor(Statement statement, ResultSet rows) {
            this.statement = statement;
            this.rows = rows;
        }

        /** The next row; null at the end. */
        @Nullable
        ObjectNode next() throws IOException {
            try {
                if (!rows.next()) {
                    return null;
                }
                ObjectNode row = Fields.object();
                ResultSetMetaData columns = rows.getMetaData();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.set(columns.getColumnLabel(i).toLowerCase(Locale.ROOT), value(rows.getObject(i)));
                }
                return row;
            } catch (SQLException e) {
                throw failure(e);
            }
        }

        @Override
        public void close() throws IOException {
            try (statement) {
                rows.close();
            } catch (SQLException e) {
                throw failure(e);
            }
        }
    }

    private static JsonNode value(@Nullable Object value) {
        if (value == null) {
            return NullNode.getInstance();
        }
        if (value instanceof byte[] bytes) {
            return blob(bytes);
        }
        if (value instanceof Integer || value instanceof Long) {
            return LongNode.valueOf(((Number) value).longValue());
        }
        if (value instanceof BigInteger big) {
            return BigIntegerNode.valueOf(big);
        }
        return value instanceof Number number
                ? DoubleNode.valueOf(number.doubleValue())
                : TextNode.valueOf(value.toString());
    }

    /** Programs store text as a blob by mistake; other bytes are given in base 64. */
    private static JsonNode blob(byte[] bytes) {
        try {
            return TextNode.valueOf(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Fields.object().put("base64", Base64.getEncoder().encodeToString(bytes));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(e);
        }
    }
}
