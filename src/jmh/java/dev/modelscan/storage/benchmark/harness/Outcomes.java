package dev.modelscan.storage.benchmark.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** All numbers so far, kept in a file, so that workloads can be run one at a time and by several JVMs. */
public final class Outcomes {

    private final Path file;
    private final Map<String, Outcome> all = new LinkedHashMap<>();

    /** The numbers that earlier runs left in the directory. */
    public Outcomes(Path directory) throws IOException {
        this.file = directory.resolve("outcomes.tsv");
        reload();
    }

    /** Reads again what another JVM may have written. */
    public void reload() throws IOException {
        if (Files.exists(file)) {
            Files.readAllLines(file).stream().map(Outcome::ofLine).forEach(this::put);
        }
    }

    private void put(Outcome outcome) {
        all.put(outcome.workload() + "\t" + outcome.against(), outcome);
    }

    /** Keeps a number in the place of the one that an earlier run found. */
    public void add(Outcome outcome) throws IOException {
        put(outcome);
        Files.write(file, all.values().stream().map(Outcome::toLine).toList());
    }

    /** All numbers, in the order in which they were first found. */
    public Collection<Outcome> all() {
        return all.values();
    }
}
