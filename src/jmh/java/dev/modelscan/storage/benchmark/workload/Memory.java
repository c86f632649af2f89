package dev.modelscan.storage.benchmark.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of this process, as Linux counts it. */
final class Memory {

    private static final Path STATUS = Path.of("/proc/self/status");

    private Memory() {}

    /** The most that was resident so far; 0 where it is not known. */
    static long peakBytes() throws IOException {
        return bytes("VmHWM:");
    }

    /** What is resident now; 0 where it is not known. */
    static long residentBytes() throws IOException {
        return bytes("VmRSS:");
    }

    private static long bytes(String name) throws IOException {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024)
                .findFirst()
                .orElse(0);
    }
}
