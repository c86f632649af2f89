package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.RejectedException;
import dev.modelscan.storage.teams.Team;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Writes that triggers of the application reject, and values that another record has. */
abstract class RejectionContract extends Contract {

    private static final String POLICY = "company policy: \"x\" (no. 5)";

    /** Every way of raising that the engine has. */
    final List<String> waysToRaise() {
        return engine().waysToRaise(POLICY);
    }

    /** Rejects writes to agents of that mode. */
    private void forbid(String way) {
        for (String statement : engine().rejectingTriggers(way)) {
            db.useTx(tx -> tx.dsl().execute(statement));
        }
    }

    private static void requireRejected(String entity, String id, Callable<?> call) {
        RejectedException rejected = catchThrowableOfType(RejectedException.class, call::call);
        assertThat(rejected).isNotNull();
        assertThat(rejected.reason()).isEqualTo(POLICY);
        assertThat(rejected).hasMessageContaining(POLICY);
        assertThat(rejected.entity()).isEqualTo(entity);
        assertThat(rejected.id()).isEqualTo(id);
    }

    @Test
    void whatATriggerRaisesIsItsOwnTextInEveryWrite() {
        for (String way : waysToRaise()) {
            closeDatabase();
            openDatabase();
            Agent kept = createAgent("kept");
            Team team = createTeam("team");
            forbid(way);
            Agent bad = agent("bad").mode("forbidden").build();
            Agent good = agent("good").build();
            String id = bad.id().value();

            requireRejected("agent", id, () -> db.agents().create(bad));
            requireRejected("agent", id, () -> db.agents().createAll(List.of(good, bad)));
            requireRejected("agent", kept.id().value(), () -> db.agents()
                    .update(kept.toBuilder().mode("forbidden").build()));
            requireRejected("agent", kept.id().value(), () -> {
                db.agents().delete(kept.id());
                return null;
            });
            requireRejected(
                    "agent",
                    id,
                    () -> db.withTx(tx -> {
                        tx.teams().delete(team.id());
                        return tx.agents().create(bad);
                    }));
            requireRejected(
                    null,
                    null,
                    () -> db.withTx(
                            tx -> tx.dsl().execute("UPDATE agents SET mode = 'forbidden' WHERE name = 'kept'")));

            assertThat(db.agents().list(10, 0)).as(way).containsExactly(kept);
            assertThat(db.teams().list(10, 0)).as(way).containsExactly(team);
        }
    }

    @Test
    void aTransactionThatGoesOnAfterARejectionStoresNothing() {
        for (String way : waysToRaise()) {
            closeDatabase();
            openDatabase();
            forbid(way);
            assertThatThrownBy(() -> db.useTx(tx -> {
                        tx.agents().create(agent("before").build());
                        assertThatThrownBy(() -> tx.agents()
                                        .create(agent("bad").mode("forbidden").build()))
                                .isInstanceOf(RejectedException.class);
                    }))
                    .as(way)
                    .isInstanceOf(IllegalStateException.class);
            assertThat(db.agents().list(10, 0)).as(way).isEmpty();
        }
    }

    /** Many threads, so that writes share groups if the engine has groups. */
    @Test
    void othersThatWriteAtTheSameTimeAreStored() throws Exception {
        for (String way : waysToRaise()) {
            closeDatabase();
            openDatabase();
            forbid(way);
            List<Workers.Worker<Boolean>> workers = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                boolean bad = thread % 4 == 0;
                String name = "agent-" + thread + "-";
                workers.add(Workers.start(() -> {
                    for (int i = 0; i < 20; i++) {
                        Agent agent =
                                agent(name + i).mode(bad ? "forbidden" : "llm").build();
                        if (bad) {
                            requireRejected("agent", agent.id().value(), () -> db.agents()
                                    .create(agent));
                        } else {
                            db.agents().create(agent);
                        }
                    }
                    return true;
                }));
            }
            for (Workers.Worker<Boolean> worker : workers) {
                assertThat(worker.get()).isTrue();
            }
            assertThat(db.agents().list(1_000, 0)).as(way).hasSize(6 * 20);
        }
    }

    @Test
    void aNameThatIsTakenIsNamedWithItsHolder() {
        Agent holder = createAgent("researcher");
        Agent second = agent("researcher").build();
        Agent other = createAgent("other");
        requireTaken(second, holder, () -> db.agents().create(second));
        requireTaken(
                second, holder, () -> db.agents().createAll(List.of(agent("new").build(), second)));
        requireTaken(other, holder, () -> db.agents()
                .update(other.toBuilder().name("researcher").build()));

        Team team = createTeam("discovery");
        assertThatThrownBy(() -> createTeam("discovery"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("team name 'discovery' is taken by team " + team.id());
    }

    private static void requireTaken(Agent refused, Agent holder, Callable<?> call) {
        ConflictException taken = catchThrowableOfType(ConflictException.class, call::call);
        assertThat(taken).hasMessageContaining("agent name 'researcher' is taken by agent " + holder.id());
        assertThat(taken.id()).isEqualTo(refused.id().value());
        assertThat(taken.field()).isEqualTo("name");
        assertThat(taken.value()).isEqualTo("researcher");
        assertThat(taken.holder()).isEqualTo(holder.id().value());
    }

    @Test
    void insideATransactionTheNameIsNamedAtLeast() {
        createAgent("researcher");
        assertThatThrownBy(() ->
                        db.useTx(tx -> tx.agents().create(agent("researcher").build())))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("agent name 'researcher' is taken by ");
    }

    @Test
    void anIdThatIsTakenIsNamed() {
        Agent stored = createAgent("one");
        assertThatThrownBy(() -> db.agents().create(agent("two").id(stored.id()).build()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("agent " + stored.id() + " exists already");
    }
}
