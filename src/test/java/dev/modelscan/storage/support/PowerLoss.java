package dev.modelscan.storage.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a disk may hold after a loss of power: {@code recorded_io.c} records each write, truncation, deletion and flush
 * of a database's files, and this class replays the recording up to some point. What was written to a file before a
 * flush of it that has ended is there, and so is it that a file was made or deleted before a flush of its directory. Of
 * the rest anything may be: nothing, all, some writes without those before them, and parts of writes, each a sector of
 * 512 bytes. What a flush was to write that failed is not there, whatever is flushed later, unless it is written again.
 */
public final class PowerLoss {

    private static final int SECTOR = 512;
    private static final int HEAD = 16;
    private static final int MARKS = 4;
    private static final int DIRECTORY = 5;
    private static final Map<Integer, String> SUFFIXES = Map.of(1, "", 2, "-wal", 3, "-journal");

    /** What happens to writes that were not flushed. */
    private enum Fate {
        LOST,
        KEPT,
        REORDERED,
        TORN,
        CUT_OFF
    }

    /** One recorded operation; the data is at {@code at} of the recording. */
    private record Operation(int index, char kind, int file, int length, long offset, int at) {}

    /**
     * A disk after a loss of power.
     *
     * @param what how to make it again
     * @param database the file
     * @param acknowledged the lines that the program had written into the marks
     */
    public record State(String what, Path database, List<String> acknowledged) {}

    /** What is done with a state. */
    @FunctionalInterface
    public interface Check {
        void run(State state) throws Exception;
    }

    private static final class SimulatedFile {
        byte[] content = new byte[0];
        int length;
        boolean exists;
        final Deque<Operation> unflushed = new ArrayDeque<>();

        SimulatedFile copy() {
            SimulatedFile copy = new SimulatedFile();
            copy.content = Arrays.copyOf(content, length);
            copy.length = length;
            copy.exists = exists;
            return copy;
        }

        void resize(int bytes) {
            if (bytes > content.length) {
                content = Arrays.copyOf(content, Math.max(bytes, content.length * 2));
            }
            if (bytes < length) {
                Arrays.fill(content, bytes, length, (byte) 0);
            }
            length = bytes;
        }
    }

    private final ByteBuffer recording;
    private final List<Operation> operations = new ArrayList<>();
    /** As recorded: the length of its path. Those above it are shorter. */
    private final long ownDirectory;

    private PowerLoss(ByteBuffer recording) {
        this.recording = recording.order(ByteOrder.nativeOrder());
        int at = 0;
        while (at < recording.limit()) {
            char kind = (char) recording.get(at);
            int length = recording.getInt(at + 4);
            long offset = recording.getLong(at + 8);
            operations.add(new Operation(operations.size(), kind, recording.get(at + 1), length, offset, at + HEAD));
            at += HEAD + length;
        }
        ownDirectory = operations.stream()
                .filter(operation -> operation.file() == DIRECTORY)
                .mapToLong(Operation::offset)
                .max()
                .orElse(0);
    }

    /** Reads a recording. */
    public static PowerLoss of(Path recording) throws IOException {
        try (FileChannel channel = FileChannel.open(recording)) {
            return new PowerLoss(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    /** The command, and before it what makes it record; see {@link ChildProcess#startBehind}. */
    public static List<String> recorded(Path directory, Path database, Path recording, String... settings)
            throws IOException, InterruptedException {
        Path library = CLibrary.in(directory, "recorded_io");
        List<String> command = new ArrayList<>(
                List.of("env", "LD_PRELOAD=" + library, "RECORD_FILE=" + database, "RECORD_TO=" + recording));
        command.addAll(List.of(settings));
        return command;
    }

    /** The directories above the database that were flushed before the first line of the marks. */
    public Set<Path> flushedDirectories(Path database) {
        return operations.stream()
                .takeWhile(operation -> operation.file() != MARKS)
                .filter(operation -> operation.file() == DIRECTORY)
                .map(operation -> Path.of(database.toString().substring(0, (int) operation.offset())))
                .collect(Collectors.toSet());
    }

    /**
     * Makes states at random points of the recording, one after the other.
     *
     * @param before the database file as it was when the recording began, with no log; null if there was none
     */
    public void eachState(int count, long seed, byte[] before, Path directory, Check check) throws Exception {
        Random random = new Random(seed);
        int[] points = random.ints(count, 0, operations.size() + 1).sorted().toArray();
        Map<Integer, SimulatedFile> files = new HashMap<>();
        SUFFIXES.keySet().forEach(file -> files.put(file, new SimulatedFile()));
        if (before != null) {
            SimulatedFile database = files.get(1);
            database.resize(before.length);
            System.arraycopy(before, 0, database.content, 0, before.length);
            database.exists = true;
        }
        Map<Long, Integer> flushes = new HashMap<>();
        List<String> acknowledged = new ArrayList<>();
        int reached = 0;
        for (int number = 0; number < count; number++) {
            for (; reached < points[number]; reached++) {
                replay(operations.get(reached), files, flushes, acknowledged);
            }
            Fate fate = Fate.values()[number % Fate.values().length];
            long stateSeed = random.nextLong();
            Path file = directory.resolve("state.db");
            for (Map.Entry<Integer, String> each : SUFFIXES.entrySet()) {
                SimulatedFile after = files.get(each.getKey()).copy();
                lose(files.get(each.getKey()).unflushed, after, fate, new Random(stateSeed));
                write(after, directory.resolve("state.db" + each.getValue()));
            }
            String what = "seed " + seed + ", state " + number + " after operation " + reached + ", unflushed " + fate;
            check.run(new State(what, file, List.copyOf(acknowledged)));
        }
    }

    private void replay(
            Operation operation,
            Map<Integer, SimulatedFile> files,
            Map<Long, Integer> flushes,
            List<String> acknowledged) {
        if (operation.file() == DIRECTORY) {
            if (operation.offset() == ownDirectory) {
                files.values().forEach(this::keepName);
            }
            return;
        }
        if (operation.file() == MARKS) {
            if (operation.kind() == 'W') {
                acknowledged.addAll(text(operation).lines().toList());
            }
            return;
        }
        SimulatedFile file = files.get(operation.file());
        switch (operation.kind()) {
            case 'O', 'W', 'T', 'U' -> file.unflushed.add(operation);
            case 'B' -> flushes.put(operation.offset(), operation.index());
            case 'E', 'F' -> {
                int begun = flushes.remove(operation.offset());
                while (!file.unflushed.isEmpty() && file.unflushed.peek().index() < begun) {
                    Operation oldest = file.unflushed.remove();
                    if (operation.kind() == 'E' || oldest.kind() != 'W') {
                        apply(oldest, file, null);
                    }
                }
            }
            default -> throw new IllegalStateException("unknown operation " + operation);
        }
    }

    /** A flush of the directory keeps which files there are. What was written to a file that is deleted is gone. */
    private void keepName(SimulatedFile file) {
        List<Operation> written = new ArrayList<>();
        for (Operation each : file.unflushed) {
            switch (each.kind()) {
                case 'O' -> apply(each, file, null);
                case 'U' -> {
                    apply(each, file, null);
                    written.clear();
                }
                default -> written.add(each);
            }
        }
        file.unflushed.clear();
        file.unflushed.addAll(written);
    }

    private String text(Operation operation) {
        byte[] bytes = new byte[operation.length()];
        recording.get(operation.at(), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void lose(Iterable<Operation> unflushed, SimulatedFile after, Fate fate, Random random) {
        int left = 0;
        for (Operation each : unflushed) {
            left++;
        }
        int kept = random.nextInt(left + 1);
        for (Operation each : unflushed) {
            kept--;
            switch (fate) {
                case LOST -> {}
                case KEPT -> apply(each, after, null);
                case REORDERED -> {
                    if (random.nextBoolean()) {
                        apply(each, after, null);
                    }
                }
                case TORN -> {
                    if (each.kind() == 'W' || random.nextBoolean()) {
                        apply(each, after, random);
                    }
                }
                case CUT_OFF -> {
                    if (kept >= 0) {
                        apply(each, after, kept == 0 ? random : null);
                    }
                }
            }
        }
    }

    /** With {@code torn}, each sector is written or not. */
    private void apply(Operation operation, SimulatedFile file, Random torn) {
        switch (operation.kind()) {
            case 'O' -> file.exists = true;
            case 'U' -> {
                file.exists = false;
                file.resize(0);
            }
            case 'T' -> file.resize((int) operation.offset());
            default -> {
                int at = (int) operation.offset();
                int end = at + operation.length();
                while (at < end && file.exists) {
                    int next = Math.min(end, (at / SECTOR + 1) * SECTOR);
                    if (torn == null || torn.nextBoolean()) {
                        file.resize(Math.max(file.length, next));
                        recording.get(operation.at() + at - (int) operation.offset(), file.content, at, next - at);
                    }
                    at = next;
                }
            }
        }
    }

    private static void write(SimulatedFile file, Path path) throws IOException {
        Files.deleteIfExists(path);
        if (file.exists) {
            try (FileChannel channel =
                    FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(file.content, 0, file.length));
            }
        }
    }
}
