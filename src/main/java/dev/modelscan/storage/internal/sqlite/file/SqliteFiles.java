package dev.modelscan.storage.internal.sqlite.file;

import java.io.File;
import java.nio.file.Path;

/** The files that SQLite keeps beside a database. */
public final class SqliteFiles {

    private SqliteFiles() {}

    /** The file whose name is this one's plus a suffix, such as {@code -wal}. */
    public static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** How {@code VACUUM INTO} has to name a file: from a database in memory it would make another one in memory. */
    public static String copyTarget(Path file, boolean fromMemory) {
        String files = File.separatorChar == '/' ? "unix" : "win32";
        return fromMemory ? SqliteUri.of(file) + "?vfs=" + files : file.toString();
    }
}
