package dev.modelscan.storage.internal.sqlite.file;

import java.nio.file.Path;

/** The files that SQLite keeps beside a database. */
public final class SqliteFiles {

    private SqliteFiles() {}

    /** The file whose name is this one's plus a suffix, such as {@code -wal}. */
    public static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
