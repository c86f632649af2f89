package dev.modelscan.storage.support;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.deleted.DeletedRecordId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jooq.impl.DSL;

/** Every call of a repository that sends its own statements, and how many it may send. */
public final class RepositoryCalls {

    /** Creates what the call needs, and returns the call. */
    public interface Preparation {
        Consumer<Repositories> prepare(FilledDatabase filled);
    }

    public record RepositoryCall(String name, int statements, Preparation preparation) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final PageRequest PAGE = PageRequest.first(3);

    private RepositoryCalls() {}

    public static Stream<RepositoryCall> all() {
        return Stream.of(
                        agents(),
                        teams(),
                        workflows(),
                        tasks(),
                        messages(),
                        toolExecutions(),
                        HistoryCalls.all(),
                        parts(),
                        branches(),
                        blobs(),
                        deletedRecords(),
                        streams())
                .flatMap(List::stream);
    }

    private static List<RepositoryCall> deletedRecords() {
        return List.of(
                plain("deletedRecords: list", 1, r -> r.deletedRecords().list(PAGE)),
                plain("deletedRecords: listByKind", 1, r -> r.deletedRecords().listByKind("task", PAGE)),
                plain("deletedRecords: findNewest", 1, r -> r.deletedRecords().findNewest("task", "k1")),
                plain("deletedRecords: get that is missing", 1, refused(NotFoundException.class, r -> r.deletedRecords()
                        .get(DeletedRecordId.next()))),
                plain("deletedRecords: purgeDeletedBefore", 1, r -> r.deletedRecords()
                        .purgeDeletedBefore(Instant.EPOCH)));
    }

    /** A stream reads a page at its first row, and the next page when that one is used up. */
    private static List<RepositoryCall> streams() {
        Map<String, Function<Repositories, Repository<?, ?>>> repositories = Map.of(
                "agents", Repositories::agents,
                "teams", Repositories::teams,
                "workflows", Repositories::workflows,
                "tasks", Repositories::tasks,
                "messages", Repositories::messages,
                "toolExecutions", Repositories::toolExecutions,
                "modelCalls", Repositories::modelCalls,
                "scores", Repositories::scores,
                "sources", Repositories::sources);
        List<RepositoryCall> calls = new ArrayList<>();
        repositories.forEach((name, repository) -> {
            calls.add(plain(name + ": first of stream", 1, r -> repository.apply(r).stream()
                    .findFirst()
                    .orElseThrow()));
            calls.add(plain(name + ": list by condition", 1, r -> repository
                    .apply(r)
                    .list(DSL.noCondition(), List.of(), PAGE)));
            calls.add(plain(name + ": forEach until it is refused", 1, refused(NotFoundException.class, r -> repository
                    .apply(r)
                    .forEach(row -> {
                        throw new NotFoundException("row", "wanted");
                    }))));
        });
        return calls;
    }

    public static RepositoryCall call(String name, int statements, Preparation preparation) {
        return new RepositoryCall(name, statements, preparation);
    }

    /** A call that needs nothing but existing rows. */
    public static RepositoryCall plain(String name, int statements, Consumer<Repositories> call) {
        return call(name, statements, filled -> call);
    }

    private static Consumer<Repositories> refused(
            Class<? extends StorageException> error, Consumer<Repositories> call) {
        return r -> assertThatThrownBy(() -> call.accept(r)).isExactlyInstanceOf(error);
    }

    public static <T> List<T> times(int count, Supplier<T> maker) {
        return Stream.generate(maker).limit(count).toList();
    }

    private static List<RepositoryCall> agents() {
        return List.of(
                call("agents: create", 1, f -> {
                    Agent made = f.newAgent(AgentStatus.IDLE);
                    return r -> r.agents().create(made);
                }),
                call("agents: createAll of 2,500 in chunks", 3, f -> {
                    List<Agent> made = times(2_500, () -> f.newAgent(AgentStatus.IDLE));
                    return r -> r.agents().createAll(made);
                }),
                plain("agents: createAll of none", 0, r -> r.agents().createAll(List.of())),
                call("agents: get", 1, f -> r -> r.agents().get(f.agent.id())),
                call("agents: find", 1, f -> r -> r.agents().find(f.agent.id())),
                plain("agents: find what is not there", 1, r -> r.agents().find(AgentId.next())),
                call("agents: update", 1, f -> {
                    Agent changed = f.storedAgent(AgentStatus.IDLE).toBuilder()
                            .mode("tool")
                            .build();
                    return r -> r.agents().update(changed);
                }),
                call("agents: update of a stale version", 2, f -> {
                    Agent stale = f.storedAgent(AgentStatus.IDLE);
                    f.db.agents().update(stale);
                    return refused(ConflictException.class, r -> r.agents().update(stale));
                }),
                call("agents: delete", 1, f -> {
                    Agent made = f.storedAgent(AgentStatus.IDLE);
                    return r -> r.agents().delete(made.id());
                }),
                plain("agents: list 100", 1, r -> r.agents().list(100, 10)),
                plain("agents: list by page", 1, r -> r.agents().list(PAGE)),
                call("agents: next page", 1, f -> {
                    PageRequest next = f.db.agents().list(PAGE).next().orElseThrow();
                    return r -> r.agents().list(next);
                }),
                call("agents: getByName", 1, f -> r -> r.agents().getByName(f.agent.name())),
                call("agents: findByName", 1, f -> r -> r.agents().findByName(f.agent.name())),
                call("agents: listByIds of a page", 1, f -> {
                    List<AgentId> ids =
                            f.db.agents().list(100, 0).stream().map(Agent::id).toList();
                    return r -> r.agents().listByIds(ids);
                }),
                plain("agents: listByStatus", 1, r -> r.agents().listByStatus(AgentStatus.IDLE, PAGE)),
                call("agents: next page of listByStatus", 1, f -> {
                    PageRequest next = f.db.agents()
                            .listByStatus(AgentStatus.IDLE, PAGE)
                            .next()
                            .orElseThrow();
                    return r -> r.agents().listByStatus(AgentStatus.IDLE, next);
                }),
                call(
                        "agents: findOrCreate what is there",
                        1,
                        f -> r -> r.agents().findOrCreate(f.agent)),
                plain("agents: findOrCreate what is not", 2, r -> r.agents()
                        .findOrCreate(Agent.builder()
                                .name(AgentId.next().value())
                                .mode("llm")
                                .build())),
                call("agents: upsert what is there", 1, f -> {
                    Agent made = f.storedAgent(AgentStatus.IDLE);
                    return r -> r.agents().upsert(made);
                }),
                plain("agents: upsert what is not", 2, r -> r.agents()
                        .upsert(Agent.builder()
                                .name(AgentId.next().value())
                                .mode("llm")
                                .build())),
                call("agents: updateStatus", 1, f -> {
                    Agent made = f.storedAgent(AgentStatus.IDLE);
                    return r -> r.agents().updateStatus(made.id(), AgentStatus.ACTIVE);
                }),
                call("agents: setActive of 100", 2, f -> {
                    List<AgentId> ids =
                            times(100, () -> f.storedAgent(AgentStatus.IDLE).id());
                    return r -> r.agents().setActive(ids);
                }),
                call("agents: setActive of one that is active already", 3, f -> {
                    AgentId active = f.storedAgent(AgentStatus.ACTIVE).id();
                    return r -> r.agents().setActive(List.of(active));
                }),
                plain(
                        "agents: setActive of one that does not exist",
                        2,
                        refused(NotFoundException.class, r -> r.agents().setActive(List.of(AgentId.next())))));
    }

    private static List<RepositoryCall> teams() {
        return List.of(
                call("teams: create", 1, f -> {
                    Team made = f.newTeam();
                    return r -> r.teams().create(made);
                }),
                call("teams: createAll of 100", 1, f -> {
                    List<Team> made = times(100, f::newTeam);
                    return r -> r.teams().createAll(made);
                }),
                call("teams: get", 1, f -> r -> r.teams().get(f.team.id())),
                call("teams: find", 1, f -> r -> r.teams().find(f.team.id())),
                call("teams: update", 1, f -> {
                    Team made = f.storedTeam();
                    return r -> r.teams().update(made);
                }),
                call("teams: delete", 1, f -> {
                    Team made = f.storedTeam();
                    return r -> r.teams().delete(made.id());
                }),
                plain("teams: list 100", 1, r -> r.teams().list(100, 10)),
                plain("teams: list by page", 1, r -> r.teams().list(PAGE)),
                call("teams: next page", 1, f -> {
                    PageRequest next = f.db.teams().list(PAGE).next().orElseThrow();
                    return r -> r.teams().list(next);
                }),
                call("teams: findOrCreate what is there", 1, f -> r -> r.teams().findOrCreate(f.team)),
                call("teams: upsert what is there", 1, f -> {
                    Team stored = f.db.teams().get(f.team.id());
                    return r -> r.teams().upsert(stored);
                }),
                plain("teams: upsert what is not", 2, r -> r.teams()
                        .upsert(Team.builder().name(TeamId.next().value()).build())),
                call("teams: getByName", 1, f -> r -> r.teams().getByName(f.team.name())),
                call("teams: findByName", 1, f -> r -> r.teams().findByName(f.team.name())),
                call("teams: addMember", 1, f -> {
                    Team made = f.storedTeam();
                    return r -> r.teams().addMember(made.id(), f.agent.id());
                }),
                call("teams: addMember with a role", 1, f -> {
                    Team made = f.storedTeam();
                    return r -> r.teams().addMember(made.id(), f.agent.id(), "lead");
                }),
                call("teams: removeMember", 1, f -> {
                    Team made = f.storedTeam();
                    f.db.teams().addMember(made.id(), f.agent.id());
                    return r -> r.teams().removeMember(made.id(), f.agent.id());
                }),
                call("teams: updateMemberRole", 1, f -> {
                    Team made = f.storedTeam();
                    f.db.teams().addMember(made.id(), f.agent.id());
                    return r -> r.teams().updateMemberRole(made.id(), f.agent.id(), "lead");
                }),
                call("teams: listMembers of 100", 1, f -> {
                    Team made = f.storedTeam();
                    f.db.useTx(tx -> tx.agents()
                            .createAll(times(100, () -> f.newAgent(AgentStatus.IDLE)))
                            .forEach(agent -> tx.teams().addMember(made.id(), agent.id())));
                    return r -> r.teams().listMembers(made.id());
                }),
                call("teams: listByAgent", 1, f -> r -> r.teams().listByAgent(f.agent.id())),
                plain("teams: listWithMembers of one", 1, r -> r.teams().listWithMembers(PageRequest.first(1))),
                plain("teams: listWithMembers of 100", 1, r -> r.teams().listWithMembers(PageRequest.first(100))),
                call("teams: next page of listWithMembers", 1, f -> {
                    PageRequest next = f.db.teams().listWithMembers(PAGE).next().orElseThrow();
                    return r -> r.teams().listWithMembers(next);
                }));
    }

    private static List<RepositoryCall> workflows() {
        return List.of(
                plain("workflows: create", 1, r -> r.workflows()
                        .create(Workflow.builder().name("new").build())),
                plain("workflows: createAll of 100", 1, r -> r.workflows()
                        .createAll(
                                times(100, () -> Workflow.builder().name("new").build()))),
                call("workflows: get", 1, f -> r -> r.workflows().get(f.workflow.id())),
                call("workflows: find", 1, f -> r -> r.workflows().find(f.workflow.id())),
                call("workflows: update", 1, f -> {
                    Workflow made = f.storedWorkflow();
                    return r -> r.workflows().update(made);
                }),
                call("workflows: delete", 1, f -> {
                    Workflow made = f.storedWorkflow();
                    return r -> r.workflows().delete(made.id());
                }),
                plain("workflows: list 100", 1, r -> r.workflows().list(100, 10)),
                plain("workflows: list by page", 1, r -> r.workflows().list(PAGE)),
                call("workflows: next page", 1, f -> {
                    PageRequest next = f.db.workflows().list(PAGE).next().orElseThrow();
                    return r -> r.workflows().list(next);
                }),
                plain("workflows: listByStatus", 1, r -> r.workflows().listByStatus(WorkflowStatus.PENDING, PAGE)),
                call("workflows: next page of listByStatus", 1, f -> {
                    PageRequest next = f.db.workflows()
                            .listByStatus(WorkflowStatus.PENDING, PAGE)
                            .next()
                            .orElseThrow();
                    return r -> r.workflows().listByStatus(WorkflowStatus.PENDING, next);
                }),
                call("workflows: every updateStatus", 5, f -> {
                    List<Workflow> made = times(2, f::storedWorkflow);
                    WorkflowId first = made.get(0).id();
                    return r -> {
                        r.workflows().updateStatus(first, WorkflowStatus.RUNNING);
                        r.workflows().updateStatus(first, WorkflowStatus.FAILED);
                        r.workflows().updateStatus(first, WorkflowStatus.PENDING);
                        r.workflows().updateStatus(first, WorkflowStatus.RUNNING);
                        r.workflows().updateStatus(first, WorkflowStatus.COMPLETED);
                    };
                }),
                call("workflows: start, fail, complete and cancel", 4, f -> {
                    List<Workflow> made = times(3, f::storedWorkflow);
                    return r -> {
                        r.workflows().start(made.get(0).id());
                        r.workflows().complete(made.get(0).id());
                        r.workflows().fail(made.get(1).id());
                        r.workflows().cancel(made.get(2).id());
                    };
                }),
                call("workflows: updateStatus to cancelled", 1, f -> {
                    WorkflowId id = f.storedWorkflow().id();
                    return r -> r.workflows().updateStatus(id, WorkflowStatus.CANCELLED);
                }));
    }

    private static List<RepositoryCall> tasks() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                plain("tasks: create", 1, r -> r.tasks()
                        .create(Task.builder().type("search").build())),
                plain(
                        "tasks: create for a team that does not exist",
                        2,
                        refused(ReferenceException.class, r -> r.tasks()
                                .create(Task.builder()
                                        .type("search")
                                        .teamId(TeamId.next())
                                        .build()))),
                plain(
                        "tasks: create for an agent that does not exist",
                        2,
                        refused(ReferenceException.class, r -> r.tasks()
                                .create(Task.builder()
                                        .type("search")
                                        .agentId(AgentId.next())
                                        .build()))),
                plain(
                        "tasks: create for a workflow that does not exist",
                        2,
                        refused(ReferenceException.class, r -> r.tasks()
                                .create(Task.builder()
                                        .type("search")
                                        .workflowId(WorkflowId.next())
                                        .build()))),
                plain("tasks: createAll of 100", 1, r -> r.tasks()
                        .createAll(
                                times(100, () -> Task.builder().type("search").build()))),
                call("tasks: get", 1, f -> r -> r.tasks().get(f.task.id())),
                call("tasks: find", 1, f -> r -> r.tasks().find(f.task.id())),
                call("tasks: update", 1, f -> {
                    Task made = f.storedTask(TaskStatus.PENDING);
                    return r -> r.tasks().update(made);
                }),
                call("tasks: delete", 1, f -> {
                    Task made = f.storedTask(TaskStatus.PENDING);
                    return r -> r.tasks().delete(made.id());
                }),
                plain("tasks: list 100", 1, r -> r.tasks().list(100, 10)),
                call("tasks: updateOutput", 1, f -> {
                    Task made = f.storedTask(TaskStatus.RUNNING);
                    return r -> r.tasks().updateOutput(made.id(), Json.emptyObject());
                }),
                call("tasks: start", 1, f -> {
                    Task made = f.storedTask(TaskStatus.PENDING);
                    return r -> r.tasks().start(made.id());
                }),
                call("tasks: complete", 1, f -> {
                    Task made = f.storedTask(TaskStatus.RUNNING);
                    return r -> r.tasks().complete(made.id(), Json.emptyObject());
                }),
                call("tasks: cancel", 1, f -> {
                    Task made = f.storedTask(TaskStatus.RUNNING);
                    return r -> r.tasks().cancel(made.id());
                }),
                call("tasks: fail", 1, f -> {
                    Task made = f.storedTask(TaskStatus.RUNNING);
                    return r -> r.tasks().fail(made.id(), "no answer");
                }),
                call("tasks: updateStatus to running", 1, f -> change(f, TaskStatus.PENDING, TaskStatus.RUNNING)),
                call("tasks: updateStatus to completed", 1, f -> change(f, TaskStatus.RUNNING, TaskStatus.COMPLETED)),
                call("tasks: updateStatus to failed", 1, f -> change(f, TaskStatus.RUNNING, TaskStatus.FAILED)),
                call("tasks: updateStatus to cancelled", 1, f -> change(f, TaskStatus.RUNNING, TaskStatus.CANCELLED)),
                call("tasks: updateStatus to pending", 1, f -> change(f, TaskStatus.FAILED, TaskStatus.PENDING)),
                call("tasks: updateStatus that is not allowed", 2, f -> {
                    Task made = f.storedTask(TaskStatus.COMPLETED);
                    return refused(InvalidTransitionException.class, r -> r.tasks()
                            .updateStatus(made.id(), TaskStatus.RUNNING));
                })));
        calls.addAll(
                paged("tasks: list by page", 1, (f, r, request) -> r.tasks().list(request)));
        calls.addAll(paged("tasks: listByAgent", 1, (f, r, request) -> r.tasks().listByAgent(f.agent.id(), request)));
        calls.addAll(paged("tasks: listByAgent of one status", 2, (f, r, request) -> r.tasks()
                .listByAgent(f.agent.id(), TaskStatus.PENDING, request)));
        calls.addAll(paged("tasks: listByTeam", 1, (f, r, request) -> r.tasks().listByTeam(f.team.id(), request)));
        calls.addAll(paged(
                "tasks: listByWorkflow", 1, (f, r, request) -> r.tasks().listByWorkflow(f.workflow.id(), request)));
        calls.addAll(paged(
                "tasks: listByStatus", 2, (f, r, request) -> r.tasks().listByStatus(TaskStatus.PENDING, request)));
        return calls;
    }

    private static Consumer<Repositories> change(FilledDatabase filled, TaskStatus from, TaskStatus to) {
        TaskId id = filled.storedTask(from).id();
        return r -> r.tasks().updateStatus(id, to);
    }

    public interface ListOf<T> {
        Page<T> read(FilledDatabase filled, Repositories repositories, PageRequest request);
    }

    /**
     * The first page takes one statement; the last one after a cursor takes one for each range of the list.
     */
    public static <T> List<RepositoryCall> paged(String name, int behindCursor, ListOf<T> list) {
        return List.of(call(name, 1, f -> r -> list.read(f, r, PAGE)), call("next page of " + name, behindCursor, f -> {
            PageRequest next = list.read(f, f.db, PAGE).next().orElseThrow();
            PageRequest rest = PageRequest.after(next.after(), 5_000);
            return r -> list.read(f, r, rest);
        }));
    }

    private static List<RepositoryCall> messages() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                call("messages: create takes a number, then inserts", 2, f -> {
                    Message made = f.newMessage(f.conversation).build();
                    return r -> r.messages().create(made);
                }),
                call("messages: create to one that does not exist", 6, f -> {
                    Message made = f.newMessage(f.conversation)
                            .taskId(f.task.id())
                            .teamId(TeamId.next())
                            .receiverId(f.receiver.id())
                            .build();
                    return refused(ReferenceException.class, r -> r.messages().create(made));
                }),
                call("messages: createAll of 1,000 over three conversations", 3 + 1, f -> {
                    List<ConversationId> talks = times(3, ConversationId::next);
                    List<Message> made = new ArrayList<>();
                    for (int i = 0; i < 1_000; i++) {
                        made.add(f.newMessage(talks.get(i % 3)).build());
                    }
                    return r -> r.messages().createAll(made);
                }),
                call("messages: get", 1, f -> {
                    Message made = f.storedMessage();
                    return r -> r.messages().get(made.id());
                }),
                plain("messages: find", 1, r -> r.messages().find(MessageId.next())),
                call("messages: update", 1, f -> {
                    Message made = f.storedMessage();
                    return r -> r.messages().update(made);
                }),
                call("messages: delete", 1, f -> {
                    Message made = f.storedMessage();
                    return r -> r.messages().delete(made.id());
                }),
                plain("messages: list 100", 1, r -> r.messages().list(100, 10)),
                call("messages: listLatest", 1, f -> r -> r.messages().listLatest(f.conversation, 100)),
                call("messages: markRead", 1, f -> {
                    Message made = f.storedMessage();
                    return r -> r.messages().markRead(made.id());
                }),
                call("messages: markRead of one that is read", 2, f -> {
                    Message made = f.db.messages().markRead(f.storedMessage().id());
                    return r -> r.messages().markRead(made.id());
                })));
        calls.addAll(paged(
                "messages: list by page", 1, (f, r, request) -> r.messages().list(request)));
        calls.addAll(paged("messages: listByConversation backward", 1, (f, r, request) -> r.messages()
                .listByConversation(f.conversation, Direction.BACKWARD, request)));
        calls.addAll(paged("messages: listByConversation", 1, (f, r, request) -> r.messages()
                .listByConversation(f.conversation, request)));
        calls.addAll(
                paged("messages: listUnread", 1, (f, r, request) -> r.messages().listUnread(f.receiver.id(), request)));
        calls.addAll(
                paged("messages: listByTask", 1, (f, r, request) -> r.messages().listByTask(f.task.id(), request)));
        calls.addAll(
                paged("messages: listByTeam", 1, (f, r, request) -> r.messages().listByTeam(f.team.id(), request)));
        calls.addAll(paged(
                "messages: listBySender", 1, (f, r, request) -> r.messages().listBySender(f.agent.id(), request)));
        calls.add(call("messages: markAllRead", 1, f -> {
            Agent reader = f.storedAgent(AgentStatus.IDLE);
            f.db.messages().createAll(times(50, () -> f.newMessage(f.conversation)
                    .receiverId(reader.id())
                    .build()));
            return r -> r.messages().markAllRead(reader.id());
        }));
        return calls;
    }

    private static List<RepositoryCall> parts() {
        return List.of(
                call("messages: create with parts", 3, f -> {
                    Message made = f.newMessage(f.conversation)
                            .parts(times(5, () -> MessagePart.text("a part")))
                            .build();
                    return r -> r.messages().create(made);
                }),
                call("messages: create with an image", 4, f -> {
                    MessagePart image = f.storedImage();
                    Message made = f.newMessage(f.conversation).parts(image).build();
                    return r -> r.messages().create(made);
                }),
                call("messages: createAll of 1,000 with two parts and one of 100 images each", 1 + 1 + 1 + 3, f -> {
                    List<MessagePart> images = times(100, f::storedImage);
                    List<Message> made = new ArrayList<>();
                    for (int i = 0; i < 1_000; i++) {
                        made.add(f.newMessage(f.conversation)
                                .parts(MessagePart.text("a"), MessagePart.reasoning("b"), images.get(i % 100))
                                .build());
                    }
                    return r -> r.messages().createAll(made);
                }),
                call("messages: listParts", 1, f -> {
                    MessageId id = f.storedMessage().id();
                    return r -> r.messages().listParts(id);
                }),
                call("messages: listAllParts", 1, f -> {
                    MessageId id = f.storedMessage().id();
                    return r -> r.messages().listAllParts(id);
                }),
                call("messages: listParts of a page", 1, f -> {
                    List<MessageId> ids = f.db.messages().list(100, 0).stream()
                            .map(Message::id)
                            .toList();
                    return r -> r.messages().listParts(ids);
                }),
                call("messages: listAllParts of a page", 1, f -> {
                    List<MessageId> ids = f.db.messages().list(100, 0).stream()
                            .map(Message::id)
                            .toList();
                    return r -> r.messages().listAllParts(ids);
                }));
    }

    /** On a conversation with branches, and on one without. */
    private static List<RepositoryCall> branches() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                call("messages: create in a conversation with branches", 4, f -> {
                    Message made = f.newMessage(f.branched).build();
                    return r -> r.messages().create(made);
                }),
                call("messages: createAll with parents that are stored", 5, f -> {
                    ConversationId talk = ConversationId.next();
                    List<Message> stored = f.db.messages()
                            .createAll(times(3, () -> f.newMessage(talk).build()));
                    List<Message> made = new ArrayList<>();
                    for (Message parent : stored) {
                        made.add(f.newMessage(talk).parentId(parent.id()).build());
                    }
                    return r -> r.messages().createAll(made);
                }),
                call("messages: delete of the last of a branch", 7, f -> {
                    Message made =
                            f.db.messages().create(f.newMessage(f.branched).build());
                    return r -> r.messages().delete(made.id());
                }),
                call("messages: delete of the first of a branch", 6, f -> {
                    Message first = f.firstOfNewBranch();
                    return r -> r.messages().delete(first.id());
                }),
                call(
                        "messages: listLatest with branches",
                        2,
                        f -> r -> r.messages().listLatest(f.branched, 100)),
                plain("messages: listLatest of none", 2, r -> r.messages().listLatest(ConversationId.next(), 100)),
                call(
                        "messages: listByConversation with branches",
                        2,
                        f -> r -> r.messages().listByConversation(f.branched, PAGE)),
                call(
                        "messages: listByConversation backward with branches",
                        2,
                        f -> r -> r.messages().listByConversation(f.branched, Direction.BACKWARD, PAGE)),
                call("messages: listByBranch", 2, f -> {
                    MessageId last = f.firstOfNewBranch().id();
                    return r -> r.messages().listByBranch(last, Direction.FORWARD, PAGE);
                }),
                call("messages: next page of listByBranch", 2, f -> {
                    MessageId last = f.firstOfNewBranch().id();
                    PageRequest next = f.db.messages()
                            .listByBranch(last, Direction.BACKWARD, PAGE)
                            .next()
                            .orElseThrow();
                    return r -> r.messages().listByBranch(last, Direction.BACKWARD, next);
                }),
                call("conversations: fork", 6, f -> {
                    MessageId at = f.firstOfNewBranch().id();
                    f.firstOfNewBranch();
                    return r -> r.conversations().fork(f.branched, at);
                }),
                call("conversations: fork before a call", 14, f -> {
                    ConversationId talk = ConversationId.next();
                    List<Message> stored = f.db.messages()
                            .createAll(List.of(
                                    f.newMessage(talk).build(),
                                    f.newMessage(talk)
                                            .parts(MessagePart.toolCall("1", "search", Json.emptyObject()))
                                            .build(),
                                    f.newMessage(talk)
                                            .parts(MessagePart.toolResult("1", "found"))
                                            .build()));
                    MessageId call = stored.get(1).id();
                    return r -> r.conversations().fork(talk, call, InsideToolCall.MOVE_BEFORE_CALL);
                }),
                call("conversations: compact", 6, f -> {
                    MessageId upTo = f.firstOfNewBranch().id();
                    return r -> r.conversations().compact(f.branched, upTo, "summary");
                }),
                call("conversations: compact by a rule", 6, f -> {
                    MessageId upTo = f.firstOfNewBranch().id();
                    return r -> r.conversations().compact(f.branched, upTo, "summary", InsideToolCall.MOVE_BEFORE_CALL);
                }),
                call("conversations: context", 6, f -> r -> r.conversations().context(f.branched, 1_000)),
                call(
                        "conversations: context with a limit",
                        6,
                        f -> r -> r.conversations().context(f.branched, 1)),
                call("conversations: rename", 1, f -> r -> r.conversations().rename(f.branched, "trains"))));
        calls.addAll(paged("conversations: listBranches", 1, (f, r, request) -> r.conversations()
                .listBranches(f.branched, request)));
        return calls;
    }

    private static List<RepositoryCall> blobs() {
        return List.of(
                call("blobs: write of a new one of 5 MiB", 1 + 2, f -> {
                    byte[] bytes = f.newBytes(5 * 1_024 * 1_024);
                    return r -> r.blobs().write(bytes);
                }),
                call("blobs: write of one that is stored", 2, f -> {
                    byte[] bytes = f.newBytes(100);
                    f.db.blobs().write(bytes);
                    return r -> r.blobs().write(bytes);
                }),
                call("blobs: write of a stream", 2, f -> {
                    byte[] bytes = f.newBytes(100);
                    return r -> io(() -> r.blobs().write(new ByteArrayInputStream(bytes)));
                }),
                call("blobs: get", 1, f -> {
                    Blob blob = f.db.blobs().write(f.newBytes(100));
                    return r -> r.blobs().get(blob.id());
                }),
                call("blobs: find", 1, f -> {
                    Blob blob = f.db.blobs().write(f.newBytes(100));
                    return r -> r.blobs().find(blob.id());
                }),
                call("blobs: read of 1 MiB", 1 + 4, f -> {
                    Blob blob = f.db.blobs().write(f.newBytes(1_024 * 1_024));
                    return r -> r.blobs().read(blob.id());
                }),
                call("blobs: copy", 1 + 1, f -> {
                    Blob blob = f.db.blobs().write(f.newBytes(100));
                    return r -> io(() -> r.blobs().copy(blob.id(), OutputStream.nullOutputStream()));
                }),
                call("blobs: open reads nothing yet", 1, f -> {
                    Blob blob = f.db.blobs().write(f.newBytes(100));
                    return r -> r.blobs().open(blob.id());
                }),
                plain("blobs: list", 1, r -> r.blobs().list(PAGE)),
                call("blobs: next page of list", 1, f -> {
                    f.db.blobs().write(f.newBytes(1));
                    PageRequest next =
                            f.db.blobs().list(PageRequest.first(1)).next().orElseThrow();
                    return r -> r.blobs().list(next);
                }),
                call("blobs: deleteUnused", 2 + 1, f -> {
                    f.db.blobs().write(f.newBytes(100));
                    return r -> r.blobs().deleteUnused(Instant.now().plusSeconds(60));
                }));
    }

    /** What may throw because of a stream. */
    private interface OnStreams {
        Object run() throws IOException;
    }

    private static void io(OnStreams call) {
        try {
            call.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<RepositoryCall> toolExecutions() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                call("tool executions: create", 1, f -> r -> r.toolExecutions().create(f.newExecution())),
                call(
                        "tool executions: createAll of 100",
                        1,
                        f -> r -> r.toolExecutions().createAll(times(100, f::newExecution))),
                call("tool executions: get", 1, f -> {
                    ToolExecution made = f.storedExecution();
                    return r -> r.toolExecutions().get(made.id());
                }),
                plain("tool executions: find", 1, r -> r.toolExecutions().find(ToolExecutionId.next())),
                call("tool executions: update", 1, f -> {
                    ToolExecution made = f.storedExecution();
                    return r -> r.toolExecutions().update(made);
                }),
                call("tool executions: delete", 1, f -> {
                    ToolExecution made = f.storedExecution();
                    return r -> r.toolExecutions().delete(made.id());
                }),
                plain("tool executions: list 100", 1, r -> r.toolExecutions().list(100, 10)),
                call("tool executions: start", 1, f -> {
                    ToolExecution made = f.storedExecution();
                    return r -> r.toolExecutions().start(made.id());
                }),
                call("tool executions: complete", 1, f -> {
                    ToolExecution made = f.runningExecution();
                    return r -> r.toolExecutions().complete(made.id(), Json.emptyObject());
                }),
                call("tool executions: fail", 1, f -> {
                    ToolExecution made = f.runningExecution();
                    return r -> r.toolExecutions().fail(made.id(), "no answer");
                }),
                call("tool executions: timeOut", 1, f -> {
                    ToolExecution made = f.runningExecution();
                    return r -> r.toolExecutions().timeOut(made.id());
                }),
                call("tool executions: updateStatus", 1, f -> {
                    ToolExecution made = f.runningExecution();
                    return r -> r.toolExecutions().updateStatus(made.id(), ToolExecutionStatus.SUCCESS);
                }),
                plain("tool executions: listUsage", 1, r -> r.toolExecutions().listUsage(FilledDatabase.START)),
                plain("tool executions: listFailures", 1, r -> r.toolExecutions()
                        .listFailures(10))));
        calls.addAll(paged("tool executions: list by page", 1, (f, r, request) -> r.toolExecutions()
                .list(request)));
        calls.addAll(paged("tool executions: listByAgent", 1, (f, r, request) -> r.toolExecutions()
                .listByAgent(f.agent.id(), request)));
        calls.addAll(paged("tool executions: listByTask", 1, (f, r, request) -> r.toolExecutions()
                .listByTask(f.task.id(), request)));
        calls.addAll(paged("tool executions: listByTool", 1, (f, r, request) -> r.toolExecutions()
                .listByTool("tool 1", request)));
        calls.add(call("tool executions: deleteByTask", 1, f -> {
            Task used = f.storedTask(TaskStatus.RUNNING);
            f.db.toolExecutions().createAll(times(50, () -> f.newExecution().toBuilder()
                    .id(ToolExecutionId.next())
                    .taskId(used.id())
                    .build()));
            return r -> r.toolExecutions().deleteByTask(used.id());
        }));
        return calls;
    }
}
