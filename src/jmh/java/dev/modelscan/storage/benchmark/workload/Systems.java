package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** The systems of one workload, open, each on a copy of the database. */
final class Systems implements AutoCloseable {

    private final Map<SystemKind, StorageSystem> open = new EnumMap<>(SystemKind.class);

    Systems(Fixture fixture, String workload, int connections, SystemKind... kinds) throws IOException {
        for (SystemKind kind : kinds) {
            open.put(kind, kind.open(fixture.copy(workload + "-" + kind), Durability.FULL, connections));
        }
    }

    Map<SystemKind, StorageSystem> all() {
        return open;
    }

    @Override
    public void close() {
        open.values().forEach(StorageSystem::close);
    }
}
