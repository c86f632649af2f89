package dev.modelscan.storage.internal.sqlite.file;

import java.nio.file.Path;

/** Where SQLite keeps what belongs to a database. */
public final class SqliteFiles {

    private SqliteFiles() {}

    /** The file beside another whose name goes on with the suffix, such as {@code -wal}. */
    public static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
