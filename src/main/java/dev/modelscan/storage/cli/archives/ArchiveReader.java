package dev.modelscan.storage.cli.archives;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.cli.archives.ArchivedTables.Archived;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.imports.Digests;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Row;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Stores what {@link ArchiveWriter} wrote. */
public final class ArchiveReader {

    private static final int BATCH = 100;
    private static final int TOLD_ROWS = 1_000;
    private static final long BATCH_CHARACTERS = 4L << 20;

    private static final Map<String, Archived> KNOWN = ArchivedTables.ALL.stream()
            .collect(Collectors.toMap(table -> table.table().getName(), Function.identity()));

    private final Path file;
    private final Map<String, List<Field<?>>> columns = new LinkedHashMap<>();
    private final Map<String, Long> rows = new LinkedHashMap<>();
    private final MessageDigest digest = Digests.sha256();
    private @Nullable NewIds newIds;
    private ArchiveProgress progress = (pass, done, total) -> {};

    /** Of a file, which is read more than once. */
    public ArchiveReader(Path file) {
        this.file = file;
    }

    /** Sets a listener. */
    public ArchiveReader onProgress(ArchiveProgress listener) {
        this.progress = listener;
        return this;
    }

    /** Whether a file or stream that begins so is an archive. */
    public static boolean isArchive(String start) {
        return start.startsWith("{\"" + ArchiveWriter.ARCHIVE + "\":\"" + ArchiveWriter.NAME + "\"");
    }

    /**
     * Checks the whole archive against its manifest, and stores nothing.
     *
     * @throws IOException if it is not whole, was changed, or holds what this release does not know; the message says which
     */
    public Manifest check() throws IOException {
        long size = Files.size(file);
        long seen = 0;
        long checked = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            header(lines.readLine());
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = parsed(line);
                if (json.has(ArchiveWriter.SHA256)) {
                    progress.at("Checking the archive, bytes", size, size);
                    return manifest(json, lines.readLine() == null);
                }
                digest(line);
                rows.merge(tableOf(json), 1L, Long::sum);
                // At most the bytes of the line.
                seen += line.length();
                if (++checked % TOLD_ROWS == 0) {
                    progress.at("Checking the archive, bytes", seen, size);
                }
            }
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is not whole, or was changed since it was written: it is not UTF-8", e);
        }
        throw new IOException(file + " is not whole: it ends without its last line; write it again");
    }

    private Manifest manifest(JsonNode json, boolean isLast) throws IOException {
        Map<String, Long> expected = new LinkedHashMap<>();
        json.path(ArchiveWriter.ROWS)
                .properties()
                .forEach(table -> expected.put(table.getKey(), table.getValue().longValue()));
        String hash = HexFormat.of().formatHex(digest.digest());
        if (!isLast || !hash.equals(json.path(ArchiveWriter.SHA256).asText())) {
            throw new IOException(file + " was changed since it was written: its hash is not the one in its last line");
        }
        return new Manifest(expected, hash);
    }

    private void header(@Nullable String line) throws IOException {
        if (line == null || !isArchive(line)) {
            throw new IOException(file + " is not an archive of this library");
        }
        digest(line);
        for (Map.Entry<String, JsonNode> table :
                parsed(line).path(ArchiveWriter.TABLES).properties()) {
            Archived known = KNOWN.get(table.getKey());
            List<Field<?>> fields = new ArrayList<>();
            for (JsonNode column : table.getValue()) {
                Field<?> field = known == null ? null : known.table().field(column.asText());
                if (field == null) {
                    throw new IOException(file + " holds the column " + column.asText() + " of the table "
                            + table.getKey() + ", which this release does not know; use a newer release");
                }
                fields.add(field);
            }
            columns.put(table.getKey(), fields);
        }
    }

    private void digest(String line) {
        digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode parsed(String line) throws IOException {
        try {
            return Fields.MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is not whole: a line of it is not JSON", e);
        }
    }

    private String tableOf(JsonNode json) throws IOException {
        String table = json.fieldNames().hasNext() ? json.fieldNames().next() : "";
        if (!columns.containsKey(table)) {
            throw new IOException(file + " holds a row of a table that its first line does not name");
        }
        return table;
    }

    /** What is done with each row. */
    @FunctionalInterface
    private interface Rows {
        void accept(String table, JsonNode values, int length);
    }

    /**
     * Stores all rows in the transaction of {@code dsl}; call {@link #check} before.
     *
     * @param withNewIds whether rows get new ids, so that a database may hold an archive twice
     */
    public void store(DSLContext dsl, boolean withNewIds) throws IOException {
        if (withNewIds) {
            NewIds ids = new NewIds();
            each(
                    "Reading ids",
                    (table, values, length) -> ids.collect(dsl, known(table).table(), values));
            ids.look(dsl);
            newIds = ids;
        }
        Batch batch = new Batch(dsl);
        each("Storing rows", (table, values, length) -> {
            JsonNode row = named(table, values);
            if (row != null) {
                batch.add(table, row, length);
            }
        });
        batch.flush();
        each("Filling in references", (table, values, length) -> {
            if (isLate(known(table), values)) {
                fillIn(dsl, table, Objects.requireNonNull(named(table, values)));
            }
        });
    }

    /** The rows that {@link #store} stores, of those that the archive has. */
    public static Map<String, Long> stored(Manifest manifest, boolean withNewIds) {
        return withNewIds ? NewIds.stored(manifest.rows()) : manifest.rows();
    }

    private @Nullable JsonNode named(String table, JsonNode values) {
        return newIds == null ? values : newIds.row(known(table).table(), values);
    }

    private void each(String pass, Rows each) throws IOException {
        long total = rows.values().stream().mapToLong(Long::longValue).sum();
        long done = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = parsed(line);
                if (!json.has(ArchiveWriter.SHA256)) {
                    String table = tableOf(json);
                    each.accept(table, json.get(table), line.length());
                    if (++done % TOLD_ROWS == 0 || done == total) {
                        progress.at(pass, done, total);
                    }
                }
            }
        }
    }

    /** A table that the first line names, which was checked. */
    private static Archived known(String name) {
        return Objects.requireNonNull(KNOWN.get(name), name);
    }

    private static boolean isLate(Archived table, JsonNode values) {
        return table.late().stream().anyMatch(field -> values.has(field.getName()));
    }

    /** Sets the references that had to wait; the version that is given keeps the row's version and time as they were. */
    private void fillIn(DSLContext dsl, String name, JsonNode values) {
        Archived table = known(name);
        Map<Field<?>, @Nullable Object> set = new LinkedHashMap<>();
        table.late().forEach(field -> set.put(field, value(field, values)));
        Field<?> version = version(table);
        if (version != null) {
            set.put(version, value(version, values));
        }
        Map<Field<?>, @Nullable Object> key = new LinkedHashMap<>();
        table.key().forEach(field -> key.put(field, value(field, values)));
        dsl.update(table.table()).set(set).where(DSL.condition(key)).execute();
    }

    private static @Nullable Field<?> version(Archived table) {
        return table.table().field("version");
    }

    private static <T> @Nullable T value(Field<T> field, JsonNode values) {
        JsonNode value = values.get(field.getName());
        if (value == null) {
            return null;
        }
        Class<?> type = field.getConverter().fromType();
        Object stored;
        if (field.getType() == Json.class) {
            stored = value.toString();
        } else if (type == byte[].class) {
            stored = Base64.getDecoder().decode(value.asText());
        } else if (type == Integer.class) {
            stored = value.intValue();
        } else {
            stored = type == Long.class ? (Object) value.longValue() : value.asText();
        }
        return read(field, stored);
    }

    @SuppressWarnings("unchecked")
    private static <T> T read(Field<T> field, Object stored) {
        return ((org.jooq.Converter<Object, T>) field.getConverter()).from(stored);
    }

    /** Rows of one table, which are stored by one statement. */
    private final class Batch {
        private final DSLContext dsl;
        private final List<Row> waiting = new ArrayList<>();
        private String table = "";
        private long characters;

        Batch(DSLContext dsl) {
            this.dsl = dsl;
        }

        void add(String name, JsonNode values, int length) {
            if (!name.equals(table) || waiting.size() >= BATCH || characters > BATCH_CHARACTERS) {
                flush();
            }
            table = name;
            characters += length;
            waiting.add(row(known(name), values));
        }

        private Row row(Archived archived, JsonNode values) {
            boolean late = isLate(archived, values);
            List<Field<?>> row = new ArrayList<>();
            for (Field<?> field : columns.getOrDefault(table, List.of())) {
                row.add(val(archived, field, values, late));
            }
            return DSL.row(row);
        }

        private <T> Field<T> val(Archived archived, Field<T> field, JsonNode values, boolean late) {
            if (archived.late().contains(field)) {
                return DSL.val((T) null, field);
            }
            if (late && field.equals(version(archived))) {
                // One more, so that filling in sets the version and is no update that counts.
                return DSL.val(values.get(field.getName()).longValue() + 1, field.getDataType());
            }
            return DSL.val(value(field, values), field);
        }

        void flush() {
            if (!waiting.isEmpty()) {
                insert().execute();
            }
            waiting.clear();
            characters = 0;
        }

        private Query insert() {
            Archived archived = known(table);
            var into = dsl.insertInto(archived.table()).columns(columns.getOrDefault(table, List.of()));
            for (Row row : waiting) {
                into = into.values(List.of(row.fields()));
            }
            return newIds != null && NewIds.mayBeThere(archived.table()) ? into.onConflictDoNothing() : into;
        }
    }
}
