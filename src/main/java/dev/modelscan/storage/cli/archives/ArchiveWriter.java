package dev.modelscan.storage.cli.archives;

import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.cli.archives.ArchivedTables.Archived;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.imports.Digests;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;

/**
 * Writes an archive: JSON Lines. The first line names the tables and their columns; each other is a row, under its table's
 * name, without what is null; the last is the {@link Manifest}. Rows are in the order of their keys, by bytes, so two databases
 * with the same contents have the same archive, whatever their engine. Memory does not grow with the number of rows.
 */
public final class ArchiveWriter {

    static final String ARCHIVE = "archive";
    static final String NAME = "modelscan-storage";
    static final String TABLES = "tables";
    static final String ROWS = "rows";
    static final String SHA256 = "sha256";

    /** A number has one spelling, as PostgreSQL keeps none of its own. */
    private static final ObjectWriter LINES = Fields.MAPPER.writer().with(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN);

    private final Writer out;
    private final MessageDigest digest = Digests.sha256();
    private final Map<String, Long> rows = new LinkedHashMap<>();
    private LongConsumer progress = written -> {};

    /** Writes to a writer, which the caller closes. */
    public ArchiveWriter(Writer out) {
        this.out = out;
    }

    /** Sets a listener, which is told now and then how many rows were written. */
    public ArchiveWriter onProgress(LongConsumer listener) {
        this.progress = listener;
        return this;
    }

    /** Writes all tables, as the transaction of {@code dsl} sees them. */
    public Manifest write(DSLContext dsl) throws IOException {
        line(header());
        TableRows tables = new TableRows(dsl, progress);
        for (Archived table : ArchivedTables.ALL) {
            write(tables, table);
        }
        Manifest manifest = new Manifest(rows, HexFormat.of().formatHex(digest.digest()));
        ObjectNode last = Fields.object();
        rows.forEach(last.putObject(ROWS)::put);
        line(last.put(SHA256, manifest.sha256()));
        return manifest;
    }

    /** JSON with its members sorted by name, since no engine keeps their order. */
    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode sorted = Fields.object();
            object.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(member -> sorted.set(member.getKey(), sorted(member.getValue())));
            return sorted;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode sorted = Fields.MAPPER.createArrayNode();
            array.forEach(element -> sorted.add(sorted(element)));
            return sorted;
        }
        return node;
    }

    private static ObjectNode header() {
        ObjectNode header = Fields.object().put(ARCHIVE, NAME).put("version", 1);
        ObjectNode tables = header.putObject(TABLES);
        for (Archived table : ArchivedTables.ALL) {
            ArrayNode columns = tables.putArray(table.table().getName());
            table.fields().forEach(field -> columns.add(field.getName()));
        }
        return header;
    }

    private void write(TableRows tables, Archived table) throws IOException {
        long count = tables.forEach(table, row -> {
            ObjectNode line = Fields.object();
            ObjectNode values = line.putObject(table.table().getName());
            for (Field<?> field : table.fields()) {
                put(values, field, row);
            }
            line(line);
        });
        rows.put(table.table().getName(), count);
    }

    private static <T> void put(ObjectNode values, Field<T> field, Record row) {
        T value = row.get(field);
        if (value instanceof Json json) {
            values.set(field.getName(), sorted(json.toNode()));
        } else if (value != null) {
            TableRows.put(values, field, value);
        }
    }

    private void line(JsonNode json) throws IOException {
        String line = LINES.writeValueAsString(json) + "\n";
        if (!json.has(SHA256)) {
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        out.write(line);
    }
}
