package dev.modelscan.storage;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.engines.Engines;
import java.util.Objects;

/**
 * The SQL of migrations, for teams that run it by hand and open the database with
 * {@link DatabaseBuilder#validateOnly()}. The SQL is one transaction, and also writes the history of migrations.
 *
 * @since 0.1.0
 */
public final class SchemaExport {

    /** As {@code to}: up to the newest migration. */
    public static final long NEWEST = Long.MAX_VALUE;

    private SchemaExport() {}

    /**
     * The library's migrations after one version, up to and including another.
     *
     * @param engine {@code sqlite} or {@code postgresql}
     * @param from the version that the database has; 0 for none
     * @param to the last version; {@link #NEWEST} for the newest
     * @throws IllegalArgumentException if there is no such engine or version, or nothing between the two
     */
    public static String sql(String engine, long from, long to) {
        Objects.requireNonNull(engine, "engine");
        return Engines.named(engine).migrationSql(null, from, to);
    }

    /**
     * {@link #sql(String, long, long)} for a set of the application's.
     *
     * @throws SchemaException if the set's folder cannot be used, or one of the migrations cannot run
     */
    public static String sql(String engine, MigrationSet set, long from, long to) {
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(set, "set");
        return Engines.named(engine).migrationSql(set, from, to);
    }
}
