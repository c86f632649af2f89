package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.internal.query.Dialect;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A database engine: what the library asks of one before a database is open. After that it asks the
 * {@link Store}.
 *
 * <p>All engines are in the list of {@code internal.engines.Engines}. Instances are stateless. Making one
 * must need no class of the engine's driver, which may not be there: the list makes all of them.
 */
public interface Engine {

    /** The engine's name, as messages have it. */
    String name();

    /** How this engine's SQL is rendered and run. May load the driver's classes. */
    Dialect dialect();

    /** Whether a database that is there is opened by this engine. Connects to nothing. */
    boolean accepts(DatabaseLocation location);

    /** The builder's options that have an effect there, beside those that have one on every engine. */
    Set<String> options(DatabaseLocation.Kind kind);

    /**
     * Opens a database or the workspace that the location names. Creates what is missing and migrates what is
     * behind; with {@link DatabaseOptions#readOnly()} neither.
     *
     * @throws dev.modelscan.storage.errors.UnavailableException if it cannot be reached, or a library is
     *     missing or too old
     * @throws dev.modelscan.storage.errors.SchemaException if its schema is newer, another program's, or
     *     cannot be migrated
     */
    OpenedStore open(DatabaseLocation location, DatabaseOptions options);

    /** Opens what holds any number of workspaces; throws what {@link #open} throws. */
    WorkspaceHost openWorkspaces(DatabaseLocation location, DatabaseOptions options);

    /**
     * The SQL of migrations, as one script that also writes the history.
     *
     * @param set null for the library's
     * @param from the version that the database has; 0 for none
     * @param to the version to arrive at; {@link Long#MAX_VALUE} for the newest
     * @throws IllegalArgumentException if there is no such version, or nothing between the two
     */
    String migrationSql(@Nullable MigrationSet set, long from, long to);

    /** Backups of its files; null if a database of it is no file. */
    default @Nullable FileBackups backups() {
        return null;
    }

    /** Whether a text is a URL for this engine, in the spelling that its driver takes. */
    default boolean isUrl(String text) {
        return false;
    }

    /**
     * Whether the driver can read a URL for which {@link #isUrl} is true; also true if there is no driver,
     * which {@link #open} tells.
     */
    default boolean canRead(String url) {
        return true;
    }

    /**
     * How to write a location with this scheme instead, if the scheme is this engine's in another spelling;
     * null if it is not. Reads on after the option's name.
     */
    @Nullable
    String respelled(String scheme);

    /** What a caller writes to open a database of this engine. */
    String example();
}
