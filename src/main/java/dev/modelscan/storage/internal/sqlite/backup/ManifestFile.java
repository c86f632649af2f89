package dev.modelscan.storage.internal.sqlite.backup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.TableContent;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a backup holds, as JSON beside it. A backup without one is none. */
final class ManifestFile {

    private static final String FORMAT = "modelscan-storage-backup";
    private static final int VERSION = 1;

    private ManifestFile() {}

    static void write(Backup backup) throws IOException {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("format", FORMAT);
        document.put("version", VERSION);
        document.put("takenAt", backup.takenAt().toString());
        document.put("schemaVersion", backup.schemaVersion());
        document.put("sets", backup.sets());
        document.put("bytes", backup.bytes());
        document.put("sha256", backup.sha256());
        Map<String, Object> tables = new LinkedHashMap<>();
        backup.tables()
                .forEach((name, table) ->
                        tables.put(name, new TreeMap<>(Map.of("rows", table.rows(), "sha256", table.sha256()))));
        document.put("tables", tables);
        document.put(
                "drilledAt",
                backup.drilledAt() == null ? null : backup.drilledAt().toString());
        Path file = BackupFiles.manifest(backup.file());
        Path part = BackupFiles.part(file);
        Files.deleteIfExists(part);
        PrivateFiles.create(part);
        Files.writeString(part, Json.of(document) + "\n");
        BackupFiles.complete(part, file);
    }

    /**
     * The backup in a file.
     *
     * @throws UnavailableException if there is no such file, or it cannot be read
     * @throws CorruptDatabaseException if it has no manifest, or one that cannot be read
     */
    static Backup read(Path backup) {
        Path file = BackupFiles.manifest(backup);
        if (Files.isDirectory(backup)) {
            throw new UnavailableException(
                    backup + " is a directory; name the file of a backup in it (backup list shows them)", null);
        }
        if (!Files.isRegularFile(backup)) {
            throw new UnavailableException(backup + " does not exist; name the file of a backup", null);
        }
        if (!Files.isRegularFile(file)) {
            throw new CorruptDatabaseException(
                    backup + " is not a complete backup of this library: " + file.getFileName()
                            + " is not beside it. Put both back together, or name another backup",
                    null);
        }
        try {
            return backup(
                    backup.toAbsolutePath(), Json.parse(Files.readString(file)).toNode());
        } catch (IOException e) {
            throw FileFacts.failed(file + " cannot be read", e);
        } catch (InvalidDataException | DateTimeParseException | IllegalArgumentException e) {
            throw new CorruptDatabaseException(file + " is not the manifest of a backup; name another backup", e);
        }
    }

    private static Backup backup(Path file, JsonNode document) {
        if (!FORMAT.equals(document.path("format").asText())) {
            throw new IllegalArgumentException("another format");
        }
        if (document.path("version").asInt() != VERSION) {
            throw new IllegalArgumentException("another version");
        }
        Map<String, Long> sets = new TreeMap<>();
        document.path("sets")
                .properties()
                .forEach(set -> sets.put(set.getKey(), set.getValue().asLong()));
        Map<String, TableContent> tables = new TreeMap<>();
        document.path("tables")
                .properties()
                .forEach(table -> tables.put(
                        table.getKey(),
                        new TableContent(
                                table.getValue().path("rows").asLong(),
                                table.getValue().path("sha256").asText())));
        JsonNode drilled = document.path("drilledAt");
        return new Backup(
                file,
                Instant.parse(document.path("takenAt").asText()),
                document.path("schemaVersion").asInt(),
                sets,
                document.path("bytes").asLong(),
                document.path("sha256").asText(),
                tables,
                drilled.isTextual() ? Instant.parse(drilled.asText()) : null);
    }
}
