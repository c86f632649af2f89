package dev.modelscan.storage.internal.workspaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.engine.WorkspaceMigrator;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Errors that no real database gives on demand. */
@Timeout(20)
class MigrateAllTest {

    private static final List<String> NAMES = List.of("a", "b", "c");

    private static WorkspaceHost host(Supplier<WorkspaceMigrator> migrators) {
        return (WorkspaceHost) Proxy.newProxyInstance(
                WorkspaceHost.class.getClassLoader(),
                new Class<?>[] {WorkspaceHost.class},
                (host, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("migrator");
                    return migrators.get();
                });
    }

    @Test
    void ifNoWorkerIsLeftTheOtherWorkspacesHaveFailed() {
        WorkspaceHost host = host(() -> {
            throw new OutOfMemoryError("of the test");
        });
        List<WorkspaceMigration> done = new MigrateAll(host, NAMES).run(2, progress -> {});
        assertThat(done).extracting(WorkspaceMigration::name).isEqualTo(NAMES);
        assertThat(done).allSatisfy(one -> assertThat(one.failure())
                .hasMessageContaining("could not be migrated")
                .hasRootCauseInstanceOf(OutOfMemoryError.class));
    }
}
