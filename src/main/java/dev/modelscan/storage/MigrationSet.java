package dev.modelscan.storage;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Migrations of the application's own tables. {@link DatabaseBuilder#migrations(String, String)} adds a set.
 *
 * @param name the name, which is part of the name of the set's history table: 1 to 30 of a to z, 0 to 9 and
 *     _, beginning with a letter
 * @param location the folder, as {@code classpath:db/app} or {@code filesystem:/opt/app/migrations}
 * @since 0.1.0
 */
public record MigrationSet(String name, String location) {

    /** The name of the set that {@link DatabaseBuilder#migrations(String)} adds. */
    public static final String DEFAULT_NAME = "app";

    // PostgreSQL cuts names after 63 bytes: modelscan_<name>_schema_history_s_idx is Flyway's longest.
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,29}");
    private static final Pattern LOCATION = Pattern.compile("(classpath|filesystem):/*[^/].*");

    /**
     * Checks the form alone: the folder is read when a database is opened.
     *
     * @throws IllegalArgumentException if the name or the location is malformed
     */
    public MigrationSet {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(location, "location");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("migrations " + name
                    + ": the name is not 1 to 30 of the characters a to z, 0 to 9 and _, beginning with a letter");
        }
        if (!LOCATION.matcher(location).matches()) {
            throw new IllegalArgumentException("migrations " + name + ": the location " + location
                    + " names no folder; write classpath:<folder> or filesystem:<folder>");
        }
    }
}
