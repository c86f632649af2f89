package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.MigrationSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What brings a database up to date: the library's migrations, then the application's sets, in their order.
 *
 * @param all the library's first
 */
public record MigrationPlan(List<PackagedMigrations> all) {

    /**
     * For an engine.
     *
     * @param folder of the library's migrations; its last part names the engine's folder of a set
     * @throws dev.modelscan.storage.errors.SchemaException if a set's migrations are missing or malformed
     */
    public static MigrationPlan of(String folder, DatabaseOptions options) {
        return of(folder, options.migrations());
    }

    /** The same with these sets. */
    public static MigrationPlan of(String folder, List<MigrationSet> sets) {
        List<PackagedMigrations> all = new ArrayList<>();
        all.add(packaged(folder, null));
        sets.forEach(set -> all.add(packaged(folder, set)));
        return new MigrationPlan(List.copyOf(all));
    }

    /** A set's migrations; the library's if it is null. */
    public static PackagedMigrations packaged(String folder, @Nullable MigrationSet set) {
        return set == null
                ? PackagedMigrations.load(folder)
                : PackagedMigrations.load(set, folder.substring(folder.lastIndexOf('/') + 1));
    }

    /** The library's migrations. */
    public PackagedMigrations library() {
        return all.get(0);
    }

    /** The version of the library's schema. */
    public int version() {
        return Math.toIntExact(library().latest());
    }

    public boolean hasSets() {
        return all.size() > 1;
    }
}
