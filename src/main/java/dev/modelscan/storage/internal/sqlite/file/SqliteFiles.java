package dev.modelscan.storage.internal.sqlite.file;

import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** The files that SQLite keeps beside a database. */
public final class SqliteFiles {

    private SqliteFiles() {}

    /** The file whose name is this one's plus a suffix, such as {@code -wal}. */
    public static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** How large the file is that a connection sees, or would be if the log were copied into it. */
    public static long pageBytes(Connection connection) throws SQLException {
        return SingleNumber.of(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    }

    /** How {@code VACUUM INTO} has to name a file: from a database in memory it would make another one in memory. */
    public static String copyTarget(Path file, boolean fromMemory) {
        String files = File.separatorChar == '/' ? "unix" : "win32";
        return fromMemory ? SqliteUri.of(file) + "?vfs=" + files : file.toString();
    }
}
