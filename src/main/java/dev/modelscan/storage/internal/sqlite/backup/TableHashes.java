package dev.modelscan.storage.internal.sqlite.backup;

import dev.modelscan.storage.backups.TableContent;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.values.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows and hash of each table. The hash is over the values in the order of the primary key, each with its type and length,
 * so it depends on nothing but the content. A virtual table is covered by those in which it keeps its rows.
 */
final class TableHashes {

    private static final String TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main'"
            + " AND type IN ('table', 'shadow') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

    private static final String KEY = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk";

    private final MessageDigest digest = Sha256.digest();
    private final ByteBuffer head = ByteBuffer.allocate(1 + Long.BYTES);

    private TableHashes() {}

    static Map<String, TableContent> of(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        TableHashes hashes = new TableHashes();
        Map<String, TableContent> tables = new TreeMap<>();
        for (String name : names) {
            tables.put(name, hashes.hash(connection, name));
        }
        return tables;
    }

    private TableContent hash(Connection connection, String table) throws SQLException {
        long count = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(select(connection, table))) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                for (int i = 1; i <= columns; i++) {
                    add(rows.getObject(i));
                }
                count++;
            }
        }
        return new TableContent(count, HexFormat.of().formatHex(digest.digest()));
    }

    /** Without a key the order is that of the row's numbers, which a copy keeps. */
    private static String select(Connection connection, String table) throws SQLException {
        List<String> key = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(KEY)) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    key.add(PlainSql.quoted(rows.getString(1)));
                }
            }
        }
        return "SELECT * FROM " + PlainSql.quoted(table) + (key.isEmpty() ? "" : " ORDER BY " + String.join(", ", key));
    }

    private void add(@Nullable Object value) {
        if (value == null) {
            add('n', 0);
        } else if (value instanceof Double number) {
            add('r', Double.doubleToRawLongBits(number));
        } else if (value instanceof Number number) {
            add('i', number.longValue());
        } else if (value instanceof byte[] bytes) {
            add('b', bytes.length);
            digest.update(bytes);
        } else {
            byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
            add('t', text.length);
            digest.update(text);
        }
    }

    private void add(char type, long number) {
        digest.update(head.clear().put((byte) type).putLong(number).flip());
    }
}
