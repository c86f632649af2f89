package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.MigrationSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A database that was opened and brought up to date.
 *
 * @param store its connections
 * @param file if it is; null if it is in no file
 * @param workspace its name; null if it is none
 * @param schemaVersion the version of the library's schema
 * @param sets the version of each set of the application's migrations that it holds, by name
 * @param appliedMigrations the names of the migrations that opening it applied, in order
 */
public record OpenedStore(
        Store store,
        @Nullable Path file,
        @Nullable String workspace,
        int schemaVersion,
        Map<String, Long> sets,
        List<String> appliedMigrations) {

    /** The same, used in somebody's name. Closing it closes nothing. */
    public OpenedStore as(String actor) {
        return new OpenedStore(new ActingStore(store, actor), file, workspace, schemaVersion, sets, appliedMigrations);
    }

    /** The same, as the workspace of that name. */
    public OpenedStore in(String name) {
        return new OpenedStore(store, file, name, schemaVersion, sets, appliedMigrations);
    }

    /**
     * What works and is not as one would expect.
     *
     * @param migrations the sets that it was opened with
     */
    public List<String> notes(Collection<MigrationSet> migrations) {
        List<String> notes = new ArrayList<>(store.notes());
        sets.forEach((set, version) -> {
            if (migrations.stream().noneMatch(known -> known.name().equals(set))) {
                notes.add("the database holds migrations of the set " + set + ", up to version " + version
                        + ", and was opened without them; add migrations(\"" + set + "\", ...)");
            }
        });
        return notes;
    }
}
