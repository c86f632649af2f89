package dev.modelscan.storage.internal.engine;

import java.nio.file.Path;
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
}
