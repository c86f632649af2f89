package dev.modelscan.storage;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.engines.Engines;
import java.util.Objects;

/**
 * The SQL of migrations, for teams that run it by hand and open the database with {@link
 * DatabaseBuilder#validateOnly()}. It is one transaction and writes the history, too.
 *
 * @since 0.1.0
 */
public final class SchemaExport {

    /** As {@code to}: up to the newest migration. */
    public static final long NEWEST = Long.MAX_VALUE;

    private SchemaExport() {}

    /**
     * The library's migrations after one version, up to and with another.
     *
     * @param engine {@code sqlite} or {@code postgresql}
     * @param from the version that the database has; 0 for none
     * @throws IllegalArgumentException if there is no such engine or version, or nothing between the two
     */
    public static String sql(String engine, long from, long to) {
        Objects.requireNonNull(engine, "engine");
        return Engines.named(engine).migrationSql(null, from, to);
    }

    /**
     * The same for a set of the application's.
     *
     * @throws SchemaException if the set's folder cannot be used, or one of the migrations cannot run
     */
    public static String sql(String engine, MigrationSet set, long from, long to) {
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(set, "set");
        return Engines.named(engine).migrationSql(set, from, to);
    }
}
