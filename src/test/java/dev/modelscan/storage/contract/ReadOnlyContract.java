package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.ReadOnlyException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A database that was opened read-only. */
abstract class ReadOnlyContract extends Contract {

    @Test
    void itReadsAndRefusesEveryWrite() {
        Optional<DatabaseBuilder> beside = engine().beside(db);
        assumeTrue(beside.isPresent());
        Agent agent = createAgent("one");
        List<Object> before = everything();
        try (Database reader = beside.get().readOnly().open()) {
            assertThat(reader.agents().get(agent.id())).isEqualTo(agent);
            assertThat(reader.agents().list(10, 0)).containsExactly(agent);
            assertThat(reader.schemaVersion()).isEqualTo(db.schemaVersion());
            assertThat(reader.appliedMigrations()).isEmpty();
            assertThat(reader.healthCheck().problems()).isEmpty();
            assertThat(reader.stats().rows()).isEqualTo(db.stats().rows());
            Agent two = agent("two").build();
            assertThatThrownBy(() -> reader.agents().create(two))
                    .isExactlyInstanceOf(ReadOnlyException.class)
                    .hasMessageContaining("opened read-only")
                    .satisfies(refusal -> assertThat(((ReadOnlyException) refusal).id())
                            .isEqualTo(two.id().value()));
            assertThatThrownBy(() -> reader.agents().createAll(List.of(two)))
                    .isExactlyInstanceOf(ReadOnlyException.class);
            assertThatThrownBy(() -> reader.agents().update(agent)).isExactlyInstanceOf(ReadOnlyException.class);
            assertThatThrownBy(() -> reader.agents().delete(agent.id())).isExactlyInstanceOf(ReadOnlyException.class);
            assertThatThrownBy(() -> reader.useTx(tx -> {})).isExactlyInstanceOf(ReadOnlyException.class);
            assertThatThrownBy(() -> reader.cancelRunning(List.of(agent.id())))
                    .isExactlyInstanceOf(ReadOnlyException.class);
            assertThatThrownBy(reader::repair)
                    .isInstanceOfAny(ReadOnlyException.class, UnsupportedOperationException.class);
            assertThatThrownBy(reader::compact)
                    .isInstanceOfAny(ReadOnlyException.class, UnsupportedOperationException.class);
            assertThatThrownBy(() -> reader.dsl().execute("DELETE FROM agents")).isNotNull();
        }
        assertThat(everything()).isEqualTo(before);
    }
}
