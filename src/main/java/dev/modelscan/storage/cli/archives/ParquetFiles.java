package dev.modelscan.storage.cli.archives;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.cli.archives.ArchivedTables.Archived;
import dev.modelscan.storage.cli.formats.Fields;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.LongConsumer;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * Writes each table as Parquet files, by DuckDB. DuckDB reads the rows from a file of JSON Lines, and never the database: a second
 * SQLite in the process would drop the locks of the first. Its prepared inserts write some 1,000 rows a second, and what it reads
 * from a file is many times that.
 */
public final class ParquetFiles {

    private static final String DAY = "day";

    /** DuckDB's own limit of a line, if no line is longer. */
    private static final long LINE = 16L << 20;

    private static final ObjectWriter LINES = Fields.MAPPER.writer();

    private final TableRows tables;
    private final Path directory;
    private final Statement duck;
    private long longest;

    private ParquetFiles(TableRows tables, Path directory, Statement duck) {
        this.tables = tables;
        this.directory = directory;
        this.duck = duck;
    }

    /**
     * Writes all tables, as the transaction of {@code dsl} sees them.
     *
     * @param directory an empty directory
     * @param progress is told now and then how many rows were read
     * @return how many rows each table has
     */
    public static Map<String, Long> write(DSLContext dsl, Path directory, LongConsumer progress) throws IOException {
        Properties settings = new Properties();
        settings.put("autoinstall_known_extensions", "false");
        settings.put("autoload_known_extensions", "false");
        settings.put("temp_directory", directory.resolve("spill.part").toString());
        Map<String, Long> rows = new LinkedHashMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", settings);
                Statement duck = connection.createStatement()) {
            ParquetFiles files = new ParquetFiles(new TableRows(dsl, progress), directory, duck);
            for (Archived table : ArchivedTables.ALL) {
                rows.put(table.table().getName(), files.write(table));
            }
        } catch (SQLException e) {
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IOException("DuckDB cannot write the files: " + first, e);
        }
        return rows;
    }

    private long write(Archived table) throws SQLException, IOException {
        String name = table.table().getName();
        Field<?> time = time(table);
        Path lines = directory.resolve(name + ".part");
        long count = lines(table, time, lines);
        Path target = directory.resolve(name);
        boolean partitioned = time != null && count > 0;
        if (!partitioned) {
            Files.createDirectories(target);
            target = target.resolve("data.parquet");
        }
        duck.execute("COPY (" + select(table, time, lines) + ") TO " + literal(target)
                + " (FORMAT parquet, COMPRESSION zstd" + (partitioned ? ", PARTITION_BY (" + DAY + "))" : ")"));
        Files.delete(lines);
        tables.tell();
        return count;
    }

    /** Reads the lines with a type for each column, and bytes from their base64. */
    private String select(Archived table, @Nullable Field<?> time, Path lines) {
        List<String> given = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (Field<?> field : table.fields()) {
            String name = '"' + field.getName() + '"';
            boolean bytes = field.getConverter().fromType() == byte[].class;
            given.add(bytes ? "from_base64(" + name + ") AS " + name : name);
            types.add(name + ": '" + (bytes ? "VARCHAR" : type(field)) + "'");
        }
        if (time != null) {
            given.add(DAY);
            types.add(DAY + ": 'DATE'");
        }
        return "SELECT " + String.join(", ", given) + " FROM read_json(" + literal(lines)
                + ", format = 'newline_delimited', maximum_object_size = " + Math.max(LINE, longest + 1)
                + ", columns = {" + String.join(", ", types) + "})";
    }

    private static String literal(Path path) {
        return "'" + path.toString().replace("'", "''") + "'";
    }

    /** The time by whose day a table is partitioned: the first that each row has; null if there is none. */
    private static @Nullable Field<?> time(Archived table) {
        return table.fields().stream()
                .filter(field ->
                        field.getType() == Instant.class && !field.getDataType().nullable())
                .findFirst()
                .orElse(null);
    }

    private static String type(Field<?> field) {
        Class<?> type = field.getType();
        if (type == Instant.class) {
            return "TIMESTAMPTZ";
        } else if (type == Json.class) {
            return "JSON";
        }
        return Number.class.isAssignableFrom(field.getConverter().fromType()) ? "BIGINT" : "VARCHAR";
    }

    private long lines(Archived table, @Nullable Field<?> time, Path file) throws IOException {
        longest = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            return tables.forEach(table, row -> {
                ObjectNode line = Fields.object();
                for (Field<?> field : table.fields()) {
                    put(line, field, row);
                }
                if (time != null) {
                    Instant at = row.get(time, Instant.class);
                    line.put(DAY, LocalDate.ofInstant(at, ZoneOffset.UTC).toString());
                }
                String text = LINES.writeValueAsString(line);
                longest = Math.max(longest, 3L * text.length());
                out.write(text);
                out.write('\n');
            });
        }
    }

    private static <T> void put(ObjectNode line, Field<T> field, Record row) {
        T value = row.get(field);
        if (value instanceof Json json) {
            line.set(field.getName(), json.toNode());
        } else if (value instanceof Instant instant) {
            line.put(field.getName(), instant.toString());
        } else if (value != null) {
            TableRows.put(line, field, value);
        }
    }
}
