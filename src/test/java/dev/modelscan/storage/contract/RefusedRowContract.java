package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.tasks.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code createAll} names the rejected record, even if triggers write, change or reject other rows. */
abstract class RefusedRowContract extends Contract {

    private static final int SIZE = 2_050;

    private boolean onServer() {
        return db.file() == null && db.workspace() != null;
    }

    /** Two log rows for each agent: one before it is stored, one after. */
    private void auditAgents() {
        db.useTx(tx -> {
            tx.dsl().execute("CREATE TABLE audit (what TEXT)");
            if (onServer()) {
                tx.dsl()
                        .execute(
                                "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS"
                                        + " 'BEGIN INSERT INTO audit VALUES (NEW.name); RETURN NEW; END'");
                tx.dsl()
                        .execute("CREATE TRIGGER audit_before BEFORE INSERT ON agents"
                                + " FOR EACH ROW EXECUTE FUNCTION audit()");
                tx.dsl()
                        .execute("CREATE TRIGGER audit_after AFTER INSERT ON agents"
                                + " FOR EACH ROW EXECUTE FUNCTION audit()");
            } else {
                tx.dsl()
                        .execute("CREATE TRIGGER audit_before BEFORE INSERT ON agents BEGIN"
                                + " INSERT INTO audit VALUES (NEW.name); END");
                tx.dsl()
                        .execute(
                                "CREATE TRIGGER audit_after AFTER INSERT ON agents BEGIN"
                                        + " INSERT INTO audit VALUES (NEW.name); INSERT INTO audit VALUES (NEW.name);"
                                        + " DELETE FROM audit WHERE rowid = (SELECT max(rowid) FROM audit) AND rowid % 3 = 0; END");
            }
        });
    }

    private void refuse(String time) {
        db.useTx(tx -> {
            if (onServer()) {
                tx.dsl()
                        .execute(
                                "CREATE FUNCTION refusal() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS"
                                        + " 'BEGIN IF NEW.mode = ''refused'' THEN RAISE EXCEPTION ''company policy'';"
                                        + " END IF; RETURN NEW; END'");
                tx.dsl()
                        .execute("CREATE TRIGGER refusal " + time
                                + " INSERT ON agents FOR EACH ROW EXECUTE FUNCTION refusal()");
            } else {
                tx.dsl()
                        .execute("CREATE TRIGGER refusal " + time + " INSERT ON agents WHEN NEW.mode = 'refused'"
                                + " BEGIN SELECT RAISE(ABORT, 'company policy'); END");
            }
        });
    }

    @AfterEach
    void dropTriggers() {
        if (onServer()) {
            db.useTx(tx -> {
                tx.dsl().execute("DROP FUNCTION IF EXISTS audit CASCADE");
                tx.dsl().execute("DROP FUNCTION IF EXISTS refusal CASCADE");
                tx.dsl().execute("DROP TABLE IF EXISTS audit");
            });
        }
    }

    private static List<Agent> agents(int refused, String name, String mode) {
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            agents.add(
                    i == refused
                            ? Agent.builder().name(name).mode(mode).build()
                            : agent("agent " + i).build());
        }
        return agents;
    }

    private void requireNamed(Throwable thrown, Agent refused) {
        assertThat(thrown).isInstanceOfSatisfying(StorageException.class, e -> {
            assertThat(e.id()).isEqualTo(refused.id().value());
            assertThat(e).hasMessageContaining(refused.id().value());
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, 998, 999, 1_000, 1_001, 2_000, SIZE - 1})
    void whileTriggersWriteRows(int position) {
        createAgent("taken");
        auditAgents();
        List<Agent> agents = agents(position, "taken", "llm");
        Throwable thrown = catchThrowable(() -> db.agents().createAll(agents));
        assertThat(thrown).isInstanceOf(ConflictException.class);
        requireNamed(thrown, agents.get(position));
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("taken");

        Throwable inTx = catchThrowable(() -> db.useTx(tx -> {
            tx.agents().create(agent("written before").build());
            tx.tasks().create(task().build());
            tx.agents().createAll(agents);
        }));
        assertThat(inTx).isInstanceOf(ConflictException.class);
        requireNamed(inTx, agents.get(position));
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("taken");
        assertThat(db.tasks().list(10, 0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1_000, SIZE - 1})
    void whereAnIdIsTaken(int position) {
        Agent stored = createAgent("stored");
        auditAgents();
        List<Agent> agents = agents(position, "other", "llm");
        agents.set(
                position,
                Agent.builder().id(stored.id()).name("other").mode("llm").build());
        requireNamed(catchThrowable(() -> db.agents().createAll(agents)), agents.get(position));
        requireNamed(
                catchThrowable(() -> db.useTx(tx -> {
                    tx.agents().update(stored.toBuilder().mode("rules").build());
                    tx.agents().createAll(agents);
                })),
                agents.get(position));
        assertThat(db.agents().list(10, 0)).containsExactly(stored);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1_000, SIZE - 1})
    void whereATriggerRefuses(int position) {
        auditAgents();
        for (String time : List.of("BEFORE", "AFTER")) {
            refuse(time);
            List<Agent> agents = agents(position, "mine", "refused");
            Throwable thrown = catchThrowable(() -> db.agents().createAll(agents));
            requireNamed(thrown, agents.get(position));
            assertThat(db.agents().list(10, 0)).isEmpty();
            requireNamed(catchThrowable(() -> db.useTx(tx -> tx.agents().createAll(agents))), agents.get(position));
            db.useTx(tx -> tx.dsl().execute(onServer() ? "DROP FUNCTION refusal CASCADE" : "DROP TRIGGER refusal"));
        }
        assertThat(db.agents().list(10, 0)).isEmpty();
    }

    /** Ways to reject that PostgreSQL does not have. */
    @ParameterizedTest
    @ValueSource(strings = {"BEFORE FAIL", "AFTER FAIL", "BEFORE ROLLBACK", "AFTER ROLLBACK"})
    void whereATriggerRefusesInAnotherWay(String way) {
        assumeFalse(onServer());
        auditAgents();
        String[] words = way.split(" ");
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TRIGGER refusal " + words[0] + " INSERT ON agents WHEN NEW.mode = 'refused'"
                            + " BEGIN SELECT RAISE(" + words[1] + ", 'company policy'); END");
            tx.dsl()
                    .execute("CREATE TRIGGER skipped BEFORE INSERT ON agents WHEN NEW.mode = 'skipped'"
                            + " BEGIN SELECT RAISE(IGNORE); END");
        });
        for (int position : new int[] {0, 500, 1_000, SIZE - 1}) {
            List<Agent> agents = agents(position, "mine", "refused");
            if (position > 2) {
                agents.set(
                        position - 1,
                        Agent.builder().name("skipped").mode("skipped").build());
            }
            requireNamed(catchThrowable(() -> db.agents().createAll(agents)), agents.get(position));
            requireNamed(
                    catchThrowable(() -> db.useTx(tx -> {
                        tx.agents().create(agent("before").build());
                        tx.agents().createAll(agents);
                    })),
                    agents.get(position));
            assertThat(db.agents().list(10, 0)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000, SIZE - 1})
    void whereAReferenceIsMissing(int position) {
        db.useTx(tx -> {
            tx.dsl().execute("CREATE TABLE audit (what TEXT)");
            if (onServer()) {
                tx.dsl()
                        .execute(
                                "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS"
                                        + " 'BEGIN INSERT INTO audit VALUES (NEW.id); RETURN NEW; END'");
                tx.dsl()
                        .execute("CREATE TRIGGER audit_after AFTER INSERT ON tasks"
                                + " FOR EACH ROW EXECUTE FUNCTION audit()");
            } else {
                tx.dsl()
                        .execute("CREATE TRIGGER audit_after AFTER INSERT ON tasks BEGIN"
                                + " INSERT INTO audit VALUES (NEW.id); END");
            }
        });
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            tasks.add(i == position ? task().agentId(new AgentId("nobody")).build() : task().build());
        }
        Throwable thrown = catchThrowable(() -> db.tasks().createAll(tasks));
        assertThat(thrown).isInstanceOf(ReferenceException.class);
        assertThat(((StorageException) thrown).id())
                .isEqualTo(tasks.get(position).id().value());
        assertThat(db.tasks().list(10, 0)).isEmpty();
    }
}
