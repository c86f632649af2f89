package dev.modelscan.storage.internal.sqlite.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
        try {
            Path index = SqliteFiles.beside(file, "-shm");
            Set<Long> processes =
                    processes(Files.readAllLines(LOCKS), (Long) Files.getAttribute(index, "unix:dev"), (Long)
                            Files.getAttribute(index, "unix:ino"));
            List<String> named = new ArrayList<>();
            processes.forEach(process -> named.add("process " + process + name(process)));
            return named;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return List.of();
        }
    }

    /** The processes that have a lock of a reader on a file, as lines of {@code /proc/locks} say. */
    static Set<Long> processes(List<String> lines, long device, long inode) {
        List<Lock> locks = lines.stream()
                .flatMap(line -> Lock.of(line).stream())
                .filter(lock -> lock.file().endsWith(":" + inode))
                .toList();
        String file = String.format("%02x:%02x:%d", major(device), minor(device), inode);
        // Whoever has the database open has a lock, if not a reader's. Some file systems, such as btrfs, list another
        // device than they tell of a file: then only the inode is known.
        boolean isDeviceListed = locks.stream().anyMatch(lock -> lock.file().equals(file));
        return locks.stream()
                .filter(lock -> !isDeviceListed || lock.file().equals(file))
                .filter(Lock::isReaders)
                .map(Lock::process)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Linux's encoding of a device in 64 bits. */
    private static long major(long device) {
        return (device >>> 8 & 0xfff) | (device >>> 32 & 0xfffff000L);
    }

    private static long minor(long device) {
        return (device & 0xff) | (device >>> 12 & 0xffffff00L);
    }

    private record Lock(long process, String file, long from, long to) {

        /** Such as {@code 5: POSIX  ADVISORY  READ  4711 fd:00:131 124 124}; nothing if it has another form. */
        static Optional<Lock> of(String line) {
            String[] fields = line.trim().split("\\s+");
            if (fields.length != 8) {
                return Optional.empty();
            }
            long to = fields[7].equals("EOF") ? Long.MAX_VALUE : Long.parseLong(fields[7]);
            return Optional.of(new Lock(Long.parseLong(fields[4]), fields[5], Long.parseLong(fields[6]), to));
        }

        boolean isReaders() {
            return from <= LAST && to >= FIRST && to != Long.MAX_VALUE;
        }
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
