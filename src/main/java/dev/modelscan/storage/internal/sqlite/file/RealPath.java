package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resolves symbolic links to a file that need not exist yet. */
final class RealPath {

    /** Linux's limit. */
    private static final int MAX_LINKS = 40;

    private RealPath() {}

    /** The absolute path without links. */
    static Path of(Path path) {
        try {
            Path next = path.toAbsolutePath();
            for (int links = 0; links < MAX_LINKS; links++) {
                if (Files.exists(next)) {
                    return next.toRealPath();
                }
                if (!Files.isSymbolicLink(next)) {
                    return ofMissing(next);
                }
                next = next.resolveSibling(Files.readSymbolicLink(next));
            }
        } catch (IOException e) {
            throw new UnavailableException(path + " cannot be followed: " + e.getMessage(), e);
        }
        throw new UnavailableException(path + " is part of a loop of symbolic links; name a file", null);
    }

    /** Resolves the nearest directory that exists; those below it will be created. */
    private static Path ofMissing(Path path) throws IOException {
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            if (Files.exists(parent)) {
                return parent.toRealPath().resolve(parent.relativize(path)).normalize();
            }
        }
        return path.normalize();
    }
}
