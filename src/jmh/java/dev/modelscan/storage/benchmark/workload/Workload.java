package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;

/** Something to measure. */
public interface Workload {

    /** The name for the command line. */
    String name();

    /** Measures it, prints what it finds, and adds it to the outcomes. */
    void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception;
}
