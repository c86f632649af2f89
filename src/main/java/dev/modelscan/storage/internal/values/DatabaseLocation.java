package dev.modelscan.storage.internal.values;

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
            throw new IllegalArgumentException("path is blank; name a file");
        }
        requireNoUrl(path);
        try {
            return Locations.path(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("path is not a path: " + e.getReason(), e);
        }
    }

    /** A name that a workspace may have. */
    public static String requireWorkspace(String name) {
        String problem = TextRules.workspaceProblem(name);
        if (problem != null) {
            throw new IllegalArgumentException("workspace " + name + ": its name " + problem);
        }
        return name;
    }

    private static void requireNoUrl(String path) {
        String problem = Locations.pathProblem(path);
        if (problem != null) {
            throw new IllegalArgumentException("path " + problem);
        }
    }
}
