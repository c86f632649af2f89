package dev.modelscan.storage.internal.sqlite.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which processes have a snapshot of a database open. A reader locks one of five bytes of the log's index; Linux lists all
 * locks. Elsewhere nothing is known.
 */
public final class LogReaders {

    private static final Path LOCKS = Path.of("/proc/locks");

    /** sqlite3.c: WAL_READ_LOCK(0) and (4), from the place where the index's locks begin. */
    private static final long FIRST = 120 + 3;

    private static final long LAST = FIRST + 4;

    private LogReaders() {}

    /** Each as {@code process 4711 (java)}, in order. */
    public static List<String> of(Path file) {
        Set<Long> processes = new TreeSet<>();
        try {
            String inode = String.valueOf(Files.getAttribute(SqliteFiles.beside(file, "-shm"), "unix:ino"));
            for (String line : Files.readAllLines(LOCKS)) {
                // 5: POSIX  ADVISORY  READ  4711 fd:00:131 124 124
                String[] fields = line.trim().split("\\s+");
                if (fields.length == 8
                        && fields[5].endsWith(":" + inode)
                        && Long.parseLong(fields[6]) <= LAST
                        && !fields[7].equals("EOF")
                        && Long.parseLong(fields[7]) >= FIRST) {
                    processes.add(Long.valueOf(fields[4]));
                }
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return List.of();
        }
        List<String> named = new ArrayList<>();
        processes.forEach(process -> named.add("process " + process + name(process)));
        return named;
    }

    private static String name(long process) {
        try {
            return " ("
                    + Files.readString(Path.of("/proc/" + process + "/comm"), StandardCharsets.UTF_8)
                            .strip() + ")";
        } catch (IOException e) {
            return "";
        }
    }
}
