package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the repository of agents does. */
abstract class AgentRepositoryContract extends RepositoryContract<AgentId, Agent> {

    @Override
    String entity() {
        return "agent";
    }

    @Override
    Repository<AgentId, Agent> repository(Repositories repositories) {
        return repositories.agents();
    }

    @Override
    AgentId newId() {
        return AgentId.next();
    }

    @Override
    Agent newRecord(int number, AgentId id, Instant createdAt) {
        return agent("agent " + number)
                .id(id)
                .capabilities("search", "text \"generation\"", "ünïcode")
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    Agent changed(Agent record) {
        return record.toBuilder()
                .name(record.name() + " changed")
                .mode("rules")
                .capabilities(List.of("b", "a"))
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    Agent withId(Agent record, AgentId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    AgentId id(Agent record) {
        return record.id();
    }

    @Override
    long version(Agent record) {
        return record.version();
    }

    @Override
    Instant createdAt(Agent record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(Agent record) {
        return record.updatedAt();
    }

    @Override
    Comparator<Agent> order() {
        return Comparator.comparing(Agent::createdAt)
                .thenComparing(agent -> agent.id().value());
    }

    @Override
    Map<String, Agent> withMissingReference(Agent record) {
        return Map.of();
    }

    @Override
    Map<String, Agent> withFixedFieldChanged(Agent record) {
        return Map.of(
                "status", record.toBuilder().status(AgentStatus.ACTIVE).build(),
                "createdAt",
                        record.toBuilder()
                                .createdAt(record.createdAt().plusSeconds(1))
                                .build());
    }

    @Override
    Page<Agent> otherList(Agent record, PageRequest request) {
        return db.agents().listByStatus(record.status(), request);
    }

    /** Text that looks like the end of a text or of the list must be escaped. */
    @Test
    void capabilitiesComeBackToTheLetter() {
        List<List<String>> given = List.of(
                List.of(),
                List.of("a"),
                List.of("a", "b", "c"),
                List.of("a,b", " c ", ", ", ","),
                List.of("\"", "\",\"", "\\\"", "a\\"),
                List.of("[", "]", "[]", "[\"a\"]"),
                List.of("a\nb", "\u00e9", "\ud83d\ude00", "/"));
        for (List<String> capabilities : given) {
            Agent stored = db.agents()
                    .create(agent("agent " + given.indexOf(capabilities))
                            .capabilities(capabilities)
                            .build());
            assertThat(db.agents().get(stored.id()).capabilities()).isEqualTo(capabilities);
        }
    }

    @Test
    void capabilitiesOfAnotherProgramAreReadHoweverItSetsThem() {
        Agent stored = createAgent("researcher");
        for (String json : List.of(
                "[\"a\",\"b\"]", "[\"a\", \"b\"]", "[\"a\",  \"b\"]", "[ \"a\" ,\n \"b\" ] ", "[\"\\u0061\",\"b\"]")) {
            db.useTx(tx -> tx.dsl().execute("UPDATE agents SET capabilities = '" + json + "'"));
            assertThat(db.agents().get(stored.id()).capabilities()).containsExactly("a", "b");
        }
    }

    @Test
    void aNameIsTakenOnce() {
        Agent first = createAgent("researcher");
        Agent second = agent("researcher").build();

        ConflictException refusal =
                catchThrowableOfType(ConflictException.class, () -> db.agents().create(second));

        assertNames(refusal, "agent", second.id());
        assertThat(refusal).hasMessageContaining("name").hasMessageContaining("taken");
        assertThat(all()).containsExactly(first);
    }

    @Test
    void anUpdateToATakenNameIsRefusedAndChangesNothing() {
        Agent first = createAgent("researcher");
        Agent second = createAgent("writer");

        ConflictException refusal = catchThrowableOfType(ConflictException.class, () -> db.agents()
                .update(second.toBuilder().name("researcher").build()));

        assertNames(refusal, "agent", second.id());
        assertThat(refusal).hasMessageContaining("name");
        assertThat(all()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void createAllNamesTheRecordWhoseNameIsTaken() {
        createAgent("agent 1050");
        List<Agent> given = newRecords(1_100);

        ConflictException refusal =
                catchThrowableOfType(ConflictException.class, () -> db.agents().createAll(given));

        assertNames(refusal, "agent", given.get(1_050).id());
        assertThat(all()).hasSize(1);
    }

    @Test
    void anAgentIsFoundByItsExactName() {
        Agent stored = createAgent("Researcher");

        assertThat(db.agents().getByName("Researcher")).isEqualTo(stored);
        assertThat(db.agents().findByName("Researcher")).contains(stored);
        assertThat(db.agents().findByName("researcher")).isEmpty();
        assertThat(db.agents().findByName("Researcher ")).isEmpty();
        assertThat(db.agents().findByName("R%")).isEmpty();
        assertThat(db.agents().findByName("")).isEmpty();
        NotFoundException refusal =
                catchThrowableOfType(NotFoundException.class, () -> db.agents().getByName("nobody"));
        assertThat(refusal).hasMessageContaining("nobody");
    }

    @Test
    void severalAgentsAreFoundByTheirIds() {
        Agent first = db.agents().create(agent("first").id(new AgentId("a")).build());
        Agent second = db.agents().create(agent("second").id(new AgentId("b")).build());
        db.agents().create(agent("third").build());

        assertThat(db.agents().listByIds(List.of(second.id(), AgentId.next(), first.id(), second.id())))
                .containsExactly(first, second);
        assertThat(db.agents().listByIds(List.of())).isEmpty();
        assertThat(db.agents().listByIds(Collections.nCopies(PageRequest.MAX_LIMIT, first.id())))
                .containsExactly(first);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> db.agents().listByIds(Collections.nCopies(PageRequest.MAX_LIMIT + 1, first.id())));
    }

    @Test
    void aNameThatCannotBeStoredIsNotFound() {
        createAgent("who?");
        createAgent("who");

        assertThat(db.agents().findByName("who\uD800")).isEmpty();
        assertThat(db.agents().findByName("who\0")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(AgentStatus.class)
    void anAgentIsCreatedWithAnyStatus(AgentStatus status) {
        Agent stored = db.agents().create(agent("a").status(status).build());

        assertThat(stored.status()).isEqualTo(status);
        assertThat(db.agents().get(stored.id())).isEqualTo(stored);
    }

    @Test
    void anyStatusMayFollowAnyOther() {
        for (AgentStatus from : AgentStatus.values()) {
            for (AgentStatus to : AgentStatus.values()) {
                Agent stored =
                        db.agents().create(agent(from + " " + to).status(from).build());
                Instant now = clock.advance();

                Agent changed = db.agents().updateStatus(stored.id(), to);

                assertThat(changed).isEqualTo(db.agents().get(stored.id()));
                assertThat(changed.status()).isEqualTo(to);
                assertThat(changed.version()).isEqualTo(2);
                assertThat(changed.updatedAt()).isEqualTo(now);
            }
        }
    }

    @Test
    void theStatusOfNobodyIsNotFound() {
        AgentId id = newId();

        assertNames(
                catchThrowableOfType(NotFoundException.class, () -> db.agents().updateStatus(id, AgentStatus.ACTIVE)),
                "agent",
                id);
    }

    @Test
    void theListsByStatusHoldTheirOwnInOrder() {
        List<Agent> stored = createWithEachStatus(30);

        for (AgentStatus status : AgentStatus.values()) {
            List<Agent> expected =
                    stored.stream().filter(agent -> agent.status() == status).toList();
            assertThat(expected).hasSize(10);
            assertThat(walk(3, request -> db.agents().listByStatus(status, request)))
                    .isEqualTo(expected);
        }
    }

    private List<Agent> createWithEachStatus(int count) {
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            agents.add(
                    newRecord(i).toBuilder().status(AgentStatus.values()[i % 3]).build());
        }
        List<Agent> stored = new ArrayList<>(db.agents().createAll(agents));
        stored.sort(order());
        return stored;
    }

    @Test
    void setActiveMakesTheseActiveAndAllOthersInactive() {
        List<Agent> stored = createWithEachStatus(9);
        List<AgentId> wanted = List.of(
                stored.get(0).id(),
                stored.get(1).id(),
                stored.get(2).id(),
                stored.get(0).id());
        Instant now = clock.advance();

        db.agents().setActive(wanted);

        for (Agent before : stored) {
            Agent after = db.agents().get(before.id());
            AgentStatus expected = wanted.contains(before.id()) ? AgentStatus.ACTIVE : AgentStatus.INACTIVE;
            assertThat(after.status()).isEqualTo(expected);
            if (before.status() == expected) {
                assertThat(after).isEqualTo(before);
            } else {
                assertThat(after.version()).isEqualTo(2);
                assertThat(after.updatedAt()).isEqualTo(now);
            }
        }
    }

    @Test
    void setActiveOfNobodyMakesAllInactive() {
        createWithEachStatus(6);

        db.agents().setActive(List.of());

        assertThat(all()).extracting(Agent::status).containsOnly(AgentStatus.INACTIVE);
    }

    @Test
    void setActiveWithAnUnknownIdChangesNothing() {
        List<Agent> stored = createWithEachStatus(6);
        AgentId unknown = newId();

        NotFoundException refusal = catchThrowableOfType(NotFoundException.class, () -> db.agents()
                .setActive(List.of(stored.get(0).id(), unknown, stored.get(1).id())));

        assertNames(refusal, "agent", unknown);
        assertThat(all()).isEqualTo(stored);
    }

    @Test
    void capabilitiesKeepTheirOrderAndMayRepeat() {
        List<String> capabilities = List.of("b", "a", "b", "\"", "[]", "ü");

        Agent stored = db.agents().create(agent("a").capabilities(capabilities).build());

        assertThat(db.agents().get(stored.id()).capabilities()).isEqualTo(capabilities);
    }

    @Test
    void aBlankCapabilityIsRefused() {
        InvalidDataException refusal = catchThrowableOfType(
                InvalidDataException.class,
                () -> agent("a").capabilities("search", " ").build());

        assertThat(refusal.field()).isEqualTo("capabilities");
    }

    @Test
    void cancelRunningTouchesOnlyWhatTheGivenAgentsRun() {
        Agent own = db.agents().create(agent("own").status(AgentStatus.ACTIVE).build());
        Agent others =
                db.agents().create(agent("other").status(AgentStatus.ACTIVE).build());
        for (Agent agent : List.of(own, others)) {
            for (TaskStatus status : TaskStatus.values()) {
                db.tasks()
                        .create(task().agentId(agent.id())
                                .type(agent.name() + status)
                                .status(status)
                                .build());
            }
        }
        db.tasks().create(task().type("nobody's").build());
        List<Task> before = db.tasks().list(100, 0);
        clock.advance();

        assertThat(db.cancelRunning(List.of(own.id(), own.id(), AgentId.next())))
                .isEqualTo(1);

        assertThat(db.agents().get(own.id()).status()).isEqualTo(AgentStatus.IDLE);
        assertThat(db.agents().get(others.id())).isEqualTo(others);
        List<Task> changed = db.tasks().list(100, 0).stream()
                .filter(task -> !before.contains(task))
                .toList();
        assertThat(changed).hasSize(1).allSatisfy(task -> {
            assertThat(task.type()).isEqualTo("own" + TaskStatus.RUNNING);
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(task.version()).isEqualTo(2);
        });
        assertThat(db.cancelRunning(List.of())).isZero();
    }

    @Test
    void setActiveChangesNoAgentBeforeItWasCreated() {
        Agent agent = db.agents()
                .create(newRecord(1).toBuilder().status(AgentStatus.IDLE).build());
        clock.set(agent.createdAt().minusSeconds(60));

        db.agents().setActive(List.of(agent.id()));
        assertThat(db.agents().get(agent.id()).updatedAt()).isEqualTo(agent.createdAt());
        db.agents().setActive(List.of());
        assertThat(db.agents().get(agent.id()).updatedAt()).isEqualTo(agent.createdAt());
    }
}
