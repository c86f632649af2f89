package dev.modelscan.storage.internal.migrate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;

/**
 * The migrations packaged with this library, with the checksums that Flyway records. Read without Flyway: to
 * open a current database, comparing them with the history is enough.
 *
 * @param location the folder on the class path
 * @param migrations ordered by version
 */
public record PackagedMigrations(String location, List<Packaged> migrations) {

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final Map<String, PackagedMigrations> LOADED = new ConcurrentHashMap<>();

    /** One migration: {@code V6__list_indexes.sql} is version 6. */
    public record Packaged(int version, String script, int checksum) {}

    /** Cached after the first call. */
    public static PackagedMigrations load(String location) {
        return LOADED.computeIfAbsent(location, PackagedMigrations::read);
    }

    /** Reads the folder's index, which the build writes. */
    private static PackagedMigrations read(String location) {
        List<Packaged> migrations = new ArrayList<>();
        for (String script : lines(location + "/index")) {
            int version = Integer.parseInt(script.substring(1, script.indexOf("__")));
            migrations.add(new Packaged(version, script, checksum(lines(location + "/" + script))));
        }
        migrations.sort(Comparator.comparingInt(Packaged::version));
        return new PackagedMigrations(location, List.copyOf(migrations));
    }

    public int latest() {
        return migrations.get(migrations.size() - 1).version();
    }

    public String sql(Packaged migration) {
        return String.join("\n", lines(location + "/" + migration.script())).replace(BYTE_ORDER_MARK, "");
    }

    /**
     * Flyway's checksum: CRC-32 of the lines without their ends, so line endings and a byte order mark do not
     * matter.
     */
    private static int checksum(List<String> lines) {
        CRC32 crc = new CRC32();
        boolean first = true;
        for (String line : lines) {
            boolean marked = first && line.startsWith(BYTE_ORDER_MARK);
            crc.update((marked ? line.substring(1) : line).getBytes(StandardCharsets.UTF_8));
            first = false;
        }
        return (int) crc.getValue();
    }

    private static List<String> lines(String resource) {
        InputStream stream = PackagedMigrations.class.getClassLoader().getResourceAsStream(resource);
        if (stream == null) {
            throw new IllegalStateException(
                    resource + " is missing from the class path; the library was not built whole");
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.isEmpty()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read", e);
        }
    }
}
