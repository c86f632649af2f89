package dev.modelscan.storage.internal.values;

import dev.modelscan.storage.errors.InvalidDataException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

/** The location of a database as a caller gives it. */
public final class DatabaseLocation {

    private DatabaseLocation() {}

    public static boolean isUrl(String location) {
        return Locations.isUrl(location);
    }

    /** A path that is not a URL. */
    public static Path requirePath(Path path) {
        requireNoUrl(Objects.requireNonNull(path, "path").toString());
        return path;
    }

    /** The path that a text names. */
    public static Path toPath(String path) {
        if (Objects.requireNonNull(path, "path").isBlank()) {
            throw new InvalidDataException("database", null, "path", "is blank");
        }
        requireNoUrl(path);
        try {
            return Locations.path(path);
        } catch (InvalidPathException e) {
            throw new InvalidDataException("database", null, "path", "is not a path: " + e.getReason(), e);
        }
    }

    private static void requireNoUrl(String path) {
        String problem = Locations.pathProblem(path);
        if (problem != null) {
            throw new InvalidDataException("database", null, "path", problem);
        }
    }
}
