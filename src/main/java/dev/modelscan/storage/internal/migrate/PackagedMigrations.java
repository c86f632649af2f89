package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.errors.SchemaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The library's migrations, or a set of the application's, with the checksums that Flyway records. Read
 * without Flyway: to open a current database, comparing them with the history is enough.
 *
 * @param set the set's name; null for the library's own
 * @param location the folder
 * @param migrations ordered by version
 */
public record PackagedMigrations(@Nullable String set, String location, List<Packaged> migrations) {

    private static final String SET_PREFIX = "modelscan_";
    private static final String SET_SUFFIX = "_schema_history";

    private static final Pattern FILE = Pattern.compile("V([1-9][0-9]{0,17})__.+\\.sql");

    private static final Map<String, PackagedMigrations> LIBRARYS = new ConcurrentHashMap<>();

    /**
     * One migration: {@code V6__list_indexes.sql} is version 6.
     *
     * @param checksum of what runs, as Flyway records it
     * @param fileChecksum of the file
     * @param sql what runs
     * @param problem why it cannot run; null if nothing is known
     */
    public record Packaged(
            long version,
            String script,
            int checksum,
            int fileChecksum,
            String sql,
            @Nullable String problem) {

        boolean isOf(int recorded) {
            return recorded == checksum || recorded == fileChecksum;
        }
    }

    /** The library's for an engine, by the name of its folder. */
    public static PackagedMigrations librarys(String engine) {
        return load("dev/modelscan/storage/migration/" + engine);
    }

    /** The library's, from a folder of the class path. Cached after the first call. */
    public static PackagedMigrations load(String folder) {
        return LIBRARYS.computeIfAbsent(folder, path -> {
            String location = "classpath:" + path;
            Map<String, String> files = MigrationFolder.read(location, MigrationFolder.librarys());
            if (files.isEmpty()) {
                throw new IllegalStateException(
                        path + " is missing from the class path; the library was not built whole");
            }
            return new PackagedMigrations(
                    null, location, migrations(location, files, sql -> new MigrationText(sql, null)));
        });
    }

    /**
     * A set of the application's, from the engine's folder below its location, or from the location itself.
     *
     * @param engine the name of the engine's folder
     * @throws SchemaException if there are none, in both places some, or one has a name that says no version
     */
    public static PackagedMigrations load(MigrationSet set, String engine) {
        ClassLoader loader = MigrationFolder.applications();
        String common = set.location().replaceAll("/+$", "");
        String own = common + "/" + engine;
        Map<String, String> inOwn = MigrationFolder.read(own, loader);
        Map<String, String> inCommon = MigrationFolder.read(common, loader);
        if (inOwn.isEmpty() && inCommon.isEmpty()) {
            throw new SchemaException(
                    "migrations " + set.name() + ": there are none in " + own + ", nor in " + common
                            + "; add V1__<words>.sql to one of them, or correct the location",
                    null);
        }
        if (!inOwn.isEmpty() && !inCommon.isEmpty()) {
            throw new SchemaException(
                    "migrations " + set.name() + ": both " + own + " and " + common
                            + " hold some; keep a folder for each engine, or one for all",
                    null);
        }
        String location = inOwn.isEmpty() ? common : own;
        return new PackagedMigrations(
                set.name(),
                location,
                migrations(
                        location,
                        inOwn.isEmpty() ? inCommon : inOwn,
                        sql -> MigrationText.of(sql, engine.equals("postgresql"))));
    }

    private static List<Packaged> migrations(
            String location, Map<String, String> files, Function<String, MigrationText> texts) {
        List<Packaged> migrations = new ArrayList<>();
        files.forEach((script, sql) -> {
            Matcher name = FILE.matcher(script);
            if (!name.matches()) {
                throw new SchemaException(
                        location + "/" + script
                                + " is not the name of a migration; call it V<number>__<words>.sql, with"
                                + " a whole number. Repeatable and undo migrations are not run",
                        null);
            }
            MigrationText text = texts.apply(sql);
            migrations.add(new Packaged(
                    Long.parseLong(name.group(1)),
                    script,
                    checksum(text.sql()),
                    checksum(sql),
                    text.sql(),
                    text.problem()));
        });
        migrations.sort(Comparator.comparingLong(Packaged::version));
        for (int i = 1; i < migrations.size(); i++) {
            if (migrations.get(i).version() == migrations.get(i - 1).version()) {
                throw new SchemaException(
                        location + " has two migrations of one version, "
                                + migrations.get(i - 1).script() + " and "
                                + migrations.get(i).script() + "; give one the next number",
                        null);
            }
        }
        return List.copyOf(migrations);
    }

    public long latest() {
        return migrations.get(migrations.size() - 1).version();
    }

    /** The table that records what was applied. */
    public String historyTable() {
        return set == null ? SchemaState.HISTORY_TABLE : SET_PREFIX + set + SET_SUFFIX;
    }

    /** The name of the set whose history that table is; null if it is none, or the library's own. */
    public static @Nullable String setOf(String table) {
        return table.startsWith(SET_PREFIX)
                        && table.endsWith(SET_SUFFIX)
                        && table.length() > SET_PREFIX.length() + SET_SUFFIX.length()
                ? table.substring(SET_PREFIX.length(), table.length() - SET_SUFFIX.length())
                : null;
    }

    /** The names of the migrations for the user, in order. */
    public List<String> labels() {
        return migrations.stream().map(this::label).toList();
    }

    /** A migration's name for the user, with its set. */
    public String label(Packaged migration) {
        return label(migration.script());
    }

    String label(String script) {
        return set == null ? script : set + "/" + script;
    }

    /**
     * Flyway's checksum: CRC-32 of the lines without their ends, so line endings and a byte order mark do not
     * matter.
     */
    private static int checksum(String sql) {
        CRC32 crc = new CRC32();
        sql.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) crc.getValue();
    }
}
