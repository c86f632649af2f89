package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.nio.file.Path;

/** What a new JVM does to be measured: opens a database and reads one agent. */
public final class OpenAndRead {

    private OpenAndRead() {}

    /** Takes the kind of system, the file and the agent's id. */
    public static void main(String[] arguments) {
        SystemKind kind = SystemKind.valueOf(arguments[0]);
        try (StorageSystem system = kind.open(Path.of(arguments[1]), Durability.FULL, 1)) {
            if (system.agent(new AgentId(arguments[2])) == null) {
                throw new IllegalStateException("no such agent");
            }
        }
    }
}
