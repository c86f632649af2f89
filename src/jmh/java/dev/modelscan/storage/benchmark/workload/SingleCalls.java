package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link Calls} under JMH, with the bytes that each call allocates. */
public final class SingleCalls implements Workload {

    @Override
    public String name() {
        return "jmh";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        TimeValue time = TimeValue.milliseconds(options.quick() ? 200 : 500);
        OptionsBuilder settings = new OptionsBuilder();
        settings.include(Calls.class.getName())
                .forks(1)
                .warmupIterations(options.quick() ? 1 : 3)
                .warmupTime(time)
                .measurementIterations(options.quick() ? 2 : 5)
                .measurementTime(time)
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("-D" + Calls.DATABASE + "=" + fixture.copy("jmh").toAbsolutePath())
                .result(options.directory().resolve("jmh.json").toString())
                .resultFormat(ResultFormatType.JSON);
        for (RunResult result : new Runner(settings.build()).run()) {
            add(result, outcomes);
        }
    }

    private static void add(RunResult result, Outcomes outcomes) throws Exception {
        SystemKind kind = SystemKind.valueOf(result.getParams().getParam("system"));
        Result<?> time = result.getPrimaryResult();
        Range range = new Range(
                time.getScore(),
                time.getStatistics().getMin(),
                time.getStatistics().getMax());
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        String detail = bytes == null ? "" : String.format(Locale.ROOT, "%,.0f bytes allocated", bytes.getScore());
        outcomes.add(Outcome.of("JMH, " + time.getLabel() + ", µs per call", kind.label(), range, null, detail));
    }
}
