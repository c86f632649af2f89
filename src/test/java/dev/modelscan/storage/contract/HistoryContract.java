package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.testkit.StatementLog;
import dev.modelscan.storage.tools.DecidedBy;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was imported: how it is found again, what it is linked to, and what it may not do. */
abstract class HistoryContract extends Contract {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.000001Z");

    private Agent agent;
    private Source source;

    @BeforeEach
    void prepare() {
        agent = createAgent("researcher");
        source = db.sources().create(source().build());
    }

    private Origin origin(String externalId) {
        return Origin.of(source, externalId).at(3L, 17L, 4_096L);
    }

    private Task.Builder imported(String externalId) {
        return task().status(TaskStatus.COMPLETED).origin(origin(externalId));
    }

    @Test
    void aRecordIsFoundByItsNameInSourcesOfItsForm() {
        Task task = db.tasks().create(imported("session 1").build());
        Workflow workflow =
                db.workflows().create(workflow().origin(origin("session 1")).build());
        Conversation conversation = db.conversations()
                .create(Conversation.builder().origin(origin("session 1")).build());

        assertThat(db.tasks().get(task.id())).isEqualTo(task);
        assertThat(task.startedAt()).isNull();
        assertThat(task.completedAt()).isNull();
        assertThat(db.tasks().findByExternalId("claude-code", "session 1")).contains(task);
        assertThat(db.workflows().findByExternalId("claude-code", "session 1")).contains(workflow);
        assertThat(db.conversations().findByExternalId("claude-code", "session 1"))
                .contains(conversation);
        for (String[] other : new String[][] {{"atif", "session 1"}, {"claude-code", "session"}, {"a\0", "b"}}) {
            assertThat(db.tasks().findByExternalId(other[0], other[1])).isEmpty();
            assertThat(db.workflows().findByExternalId(other[0], other[1])).isEmpty();
            assertThat(db.conversations().findByExternalId(other[0], other[1])).isEmpty();
        }
    }

    @Test
    void aNameIsTakenOnceInEachForm() {
        Task task = db.tasks().create(imported("session 1").build());
        db.tasks().create(imported("x").origin(Origin.of("atif", "session 1")).build());
        Conversation conversation = db.conversations()
                .create(Conversation.builder().origin(origin("session 1")).build());
        Conversation second = db.conversations().create(Conversation.builder().build());

        for (Runnable again : List.<Runnable>of(
                () -> db.tasks().create(imported("session 1").build()),
                () -> db.tasks().createAll(List.of(imported("session 1").build())),
                () -> db.conversations().updateOrigin(second.id(), conversation.origin()))) {
            assertThat(catchThrowableOfType(ConflictException.class, again::run))
                    .hasMessageContaining("externalId")
                    .hasMessageContaining("taken");
        }
        assertThat(db.tasks().findByExternalId("claude-code", "session 1")).contains(task);
    }

    @Test
    void whatHasNoNameNeverConflicts() {
        Origin nameless = new Origin("claude-code", null, source.id(), 1L, null, null);

        db.tasks()
                .createAll(List.of(
                        imported("x").origin(nameless).build(),
                        imported("x").origin(nameless).build()));

        assertThat(db.tasks().list(10, 0)).extracting(Task::origin).containsOnly(nameless);
    }

    @ParameterizedTest
    @EnumSource(
            value = TaskStatus.class,
            names = {"PENDING", "RUNNING"})
    void anImportedTaskIsNeverPendingWork(TaskStatus status) {
        assertThat(catchThrowableOfType(
                                InvalidDataException.class,
                                () -> imported("session 1").status(status).build())
                        .field())
                .isEqualTo("status");
        Task failed = db.tasks()
                .create(imported("session 1").status(TaskStatus.FAILED).build());

        assertThatThrownBy(() -> db.tasks().updateStatus(failed.id(), status))
                .isInstanceOf(InvalidTransitionException.class);

        assertThat(db.tasks().listByStatus(status, PageRequest.first(10)).items())
                .isEmpty();
        assertThat(db.tasks().get(failed.id())).isEqualTo(failed);
    }

    @Test
    void anImportedTaskIsCorrectedWithItsStatusAndTimes() {
        Task first = db.tasks().create(imported("session 1").createdAt(NOON).build());
        Task corrected = first.toBuilder()
                .status(TaskStatus.FAILED)
                .error("reward 0")
                .completedAt(NOON.plusSeconds(5))
                .origin(Origin.of("claude-code", "session 1"))
                .build();

        Task stored = db.tasks().updateImported(corrected);

        assertThat(db.tasks().get(first.id())).isEqualTo(stored);
        assertThat(stored)
                .usingRecursiveComparison()
                .ignoringFields("version", "updatedAt")
                .isEqualTo(corrected);
        assertThat(stored.version()).isEqualTo(2);
        assertThatThrownBy(() -> db.tasks().updateImported(corrected)).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> db.tasks().updateImported(imported("x").build()))
                .isInstanceOf(NotFoundException.class);
        Task live = db.tasks().create(task().build());
        assertThat(catchThrowableOfType(
                                InvalidDataException.class, () -> db.tasks().updateImported(live))
                        .field())
                .isEqualTo("origin");
    }

    @Test
    void aTaskThatWasNotImportedIsNotCorrected() {
        Task pending = db.tasks().create(task().createdAt(NOON).build());
        Task done = db.tasks()
                .create(task().createdAt(NOON).status(TaskStatus.FAILED).build());
        for (Task live : List.of(pending, done)) {
            Task given = live.toBuilder()
                    .status(TaskStatus.FAILED)
                    .origin(Origin.of("claude-code", "session 1"))
                    .build();

            NotFoundException refusal = catchThrowableOfType(
                    NotFoundException.class, () -> db.tasks().updateImported(given));

            RepositoryContract.assertNames(refusal, "task", live.id());
            assertThat(db.tasks().get(live.id())).isEqualTo(live);
        }
    }

    @Test
    void theTasksOfAParentAndOfASourceAreListed() {
        Task parent = db.tasks().create(imported("parent").createdAt(NOON).build());
        List<Task> children = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            children.add(imported("child " + i)
                    .parentId(parent.id())
                    .createdAt(NOON.plusSeconds(i / 3))
                    .build());
        }
        Collections.reverse(children);
        db.tasks().createAll(children);
        db.tasks().create(task().build());
        children.sort(Comparator.comparing(Task::createdAt)
                .thenComparing(task -> task.id().value()));

        assertThat(walk(3, request -> db.tasks().listByParent(parent.id(), request)))
                .isEqualTo(children);
        assertThat(walk(3, request -> db.tasks().listBySource(source.id(), request)))
                .containsExactlyElementsOf(join(parent, children));
    }

    private static List<Task> join(Task first, List<Task> rest) {
        List<Task> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }

    @Test
    void aBatchHoldsParentsAndChildrenInAnyOrder() {
        List<Task> line = new ArrayList<>();
        Task last = task().build();
        line.add(last);
        for (int i = 0; i < 20; i++) {
            last = task().parentId(last.id()).build();
            line.add(last);
        }
        Collections.reverse(line);

        assertThat(db.tasks().createAll(line)).isEqualTo(line);

        assertThat(db.tasks().list(100, 0)).containsExactlyInAnyOrderElementsOf(line);
    }

    @Test
    void aLineOfParentsTakesAsManyStatementsAsTasksWithoutParents() {
        List<Task> flat = new ArrayList<>();
        List<Task> line = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            flat.add(task().build());
            line.add(task().parentId(i == 0 ? null : line.get(i - 1).id()).build());
        }
        Collections.shuffle(line, new Random(1));

        assertThat(statements(() -> db.tasks().createAll(line)))
                .hasSameSizeAs(statements(() -> db.tasks().createAll(flat)));
    }

    private static List<String> statements(Runnable work) {
        try (StatementLog log = new StatementLog()) {
            work.run();
            return log.statements();
        }
    }

    @Test
    void noTaskIsItsOwnAncestor() {
        Task one = task().build();
        Task two = task().parentId(one.id()).build();
        Task round = one.toBuilder().parentId(two.id()).build();

        assertThatThrownBy(() -> one.toBuilder().parentId(one.id()).build()).isInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> db.tasks().createAll(List.of(round, two))).isInstanceOf(InvalidDataException.class);
        assertThat(db.tasks().list(10, 0)).isEmpty();
    }

    @Test
    void theWorkflowsOfASourceAreListed() {
        List<Workflow> stored = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            stored.add(db.workflows()
                    .create(workflow()
                            .origin(origin("w" + i))
                            .createdAt(NOON.plusSeconds(i))
                            .build()));
        }
        db.workflows().create(workflow().build());

        assertThat(walk(2, request -> db.workflows().listBySource(source.id(), request)))
                .isEqualTo(stored);
    }

    @Test
    void aCallIsListedByTheMessageThatAskedAndByItsName() {
        Message asked = db.messages().create(message(agent).build());
        List<ToolExecution> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(db.toolExecutions()
                    .create(execution(agent)
                            .messageId(asked.id())
                            .callId("call_1")
                            .createdAt(NOON.plusSeconds(i))
                            .build()));
        }
        db.toolExecutions().create(execution(agent).callId("call_2").build());

        assertThat(walk(2, request -> db.toolExecutions().listByMessage(asked.id(), request)))
                .isEqualTo(calls);
        assertThat(walk(2, request -> db.toolExecutions().listByCall("call_1", request)))
                .isEqualTo(calls);
        MessageId other = db.messages().create(message(agent).build()).id();
        assertThat(db.toolExecutions().listByMessages(List.of(other, asked.id())))
                .containsExactly(entry(other, List.of()), entry(asked.id(), calls));
        assertThat(db.toolExecutions().listByMessages(List.of())).isEmpty();
        assertThat(db.toolExecutions().listByMessages(Collections.nCopies(PageRequest.MAX_LIMIT, asked.id())))
                .containsExactly(entry(asked.id(), calls));
        assertThatIllegalArgumentException().isThrownBy(() -> db.toolExecutions()
                .listByMessages(Collections.nCopies(PageRequest.MAX_LIMIT + 1, asked.id())));
        assertThat(db.toolExecutions().listByCall("a\0", PageRequest.first(1)).items())
                .isEmpty();
    }

    @Test
    void aDeletedTaskOrMessageLeavesTheCallsAndTheCosts() {
        Task parent = db.tasks().create(imported("parent").build());
        Task child = db.tasks().create(imported("child").parentId(parent.id()).build());
        Message asked = db.messages().create(message(agent).build());
        Message answered = db.messages().create(message(agent).build());
        ToolExecution call = db.toolExecutions()
                .create(execution(agent)
                        .childTaskId(child.id())
                        .messageId(asked.id())
                        .answerMessageId(answered.id())
                        .status(ToolExecutionStatus.FAILED)
                        .decidedBy(DecidedBy.HEURISTIC)
                        .build());
        ModelCall cost = db.modelCalls()
                .create(modelCall().taskId(child.id()).messageId(asked.id()).build());
        Score score = db.scores().create(score(child).build());

        db.messages().delete(asked.id());
        db.messages().delete(answered.id());
        db.tasks().delete(parent.id());
        assertThat(db.tasks().get(child.id()).parentId()).isNull();
        db.tasks().delete(child.id());

        assertThat(db.toolExecutions().get(call.id()))
                .usingRecursiveComparison()
                .ignoringFields("version", "updatedAt")
                .isEqualTo(call.toBuilder()
                        .childTaskId(null)
                        .messageId(null)
                        .answerMessageId(null)
                        .build());
        assertThat(db.modelCalls().get(cost.id()))
                .usingRecursiveComparison()
                .ignoringFields("version", "updatedAt")
                .isEqualTo(cost.toBuilder().taskId(null).messageId(null).build());
        assertThat(db.scores().find(score.id())).isEqualTo(Optional.empty());
    }
}
