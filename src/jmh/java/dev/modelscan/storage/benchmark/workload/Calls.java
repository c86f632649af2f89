package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Single calls for JMH. Each system has a JVM of its own here, so none shapes the compiled code of another. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Calls {

    /** Where the database is, since JMH starts JVMs of its own. */
    static final String DATABASE = "benchmark.database";

    /** The system. */
    @Param
    public SystemKind system;

    private final AgentId[] agents = Fixture.agentIds();
    private StorageSystem open;
    private int turn;

    /** Opens the database. */
    @Setup
    public void open() {
        open = system.open(Path.of(System.getProperty(DATABASE)), Durability.FULL, 1);
    }

    /** Closes it. */
    @TearDown
    public void close() {
        open.close();
    }

    /** Reads an agent. */
    @Benchmark
    public Object agentById() {
        turn = (turn + 619) % Fixture.AGENTS;
        return open.agent(agents[turn]);
    }

    /** Reads a page of tasks. */
    @Benchmark
    public List<?> pageOf100Tasks() {
        turn = (turn + 37) % Fixture.BUSY_AGENTS;
        return open.completedTasks(agents[turn], 100);
    }

    /** Reads a team. */
    @Benchmark
    public List<?> teamOf100Members() {
        return open.members(Fixture.team(100, turn++));
    }
}
