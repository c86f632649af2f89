package dev.modelscan.storage.support;

import static dev.modelscan.storage.support.RepositoryCalls.call;
import static dev.modelscan.storage.support.RepositoryCalls.paged;
import static dev.modelscan.storage.support.RepositoryCalls.plain;
import static dev.modelscan.storage.support.RepositoryCalls.times;

import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.support.RepositoryCalls.RepositoryCall;
import dev.modelscan.storage.tasks.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The calls about what was imported. */
public final class HistoryCalls {

    private HistoryCalls() {}

    public static List<RepositoryCall> all() {
        List<RepositoryCall> calls = new ArrayList<>();
        calls.addAll(sources());
        calls.addAll(origins());
        calls.addAll(links());
        calls.addAll(conversations());
        calls.addAll(modelCalls());
        calls.addAll(scores());
        return calls;
    }

    private static List<RepositoryCall> sources() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                plain("sources: create", 1, r -> r.sources().create(newSource())),
                plain("sources: createAll of 100", 1, r -> r.sources().createAll(times(100, HistoryCalls::newSource))),
                call("sources: get", 1, f -> r -> r.sources().get(f.source.id())),
                call("sources: find", 1, f -> r -> r.sources().find(f.source.id())),
                plain("sources: findBySha256", 1, r -> r.sources().findBySha256("0".repeat(64))),
                call("sources: update", 1, f -> {
                    Source made = f.db.sources().create(newSource());
                    return r -> r.sources().update(made);
                }),
                call("sources: delete", 1, f -> {
                    Source made = f.db.sources().create(newSource());
                    return r -> r.sources().delete(made.id());
                }),
                plain("sources: list 100", 1, r -> r.sources().list(100, 10))));
        calls.addAll(
                paged("sources: list by page", 1, (f, r, request) -> r.sources().list(request)));
        calls.addAll(
                paged("sources: listByFormat", 1, (f, r, request) -> r.sources().listByFormat("atif", request)));
        return calls;
    }

    private static List<RepositoryCall> origins() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                plain("tasks: findByExternalId", 1, r -> r.tasks().findByExternalId("atif", "1")),
                plain("workflows: findByExternalId", 1, r -> r.workflows().findByExternalId("atif", "1")),
                call("messages: findByExternalId", 1, f -> r -> r.messages().findByExternalId(f.conversation, "m1")),
                call("messages: originOf", 1, f -> {
                    MessageId id = f.storedMessage().id();
                    return r -> r.messages().originOf(id);
                }),
                call("messages: putOrigins of 100", 2, f -> {
                    Map<MessageId, Origin> origins = new LinkedHashMap<>();
                    for (Message message : times(100, f::storedMessage)) {
                        origins.put(message.id(), Origin.of(f.source, "new " + message.id()));
                    }
                    return r -> r.messages().putOrigins(origins);
                }),
                call("messages: putOrigins of 100, which have one", 2, f -> {
                    Map<MessageId, Origin> origins = new LinkedHashMap<>();
                    for (Message message : times(100, f::storedMessage)) {
                        origins.put(message.id(), Origin.of(f.source, "first " + message.id()));
                    }
                    f.db.messages().putOrigins(origins);
                    origins.replaceAll((id, first) -> Origin.of(f.source, "second " + id));
                    return r -> r.messages().putOrigins(origins);
                }),
                call("tasks: updateImported", 1, f -> {
                    Task made = f.db.tasks()
                            .create(f.newImported(
                                    "changed " + f.db.tasks().stream().count()));
                    return r -> r.tasks().updateImported(made);
                }),
                call("tasks: createAll of a parent and 100 children", 1, f -> {
                    Task parent = Task.builder().type("search").build();
                    List<Task> made = new ArrayList<>(times(100, () -> Task.builder()
                            .type("search")
                            .parentId(parent.id())
                            .build()));
                    made.add(parent);
                    return r -> r.tasks().createAll(made);
                })));
        calls.addAll(paged(
                "messages: listOrigins", 1, (f, r, request) -> r.messages().listOrigins(f.conversation, request)));
        calls.addAll(
                paged("tasks: listBySource", 1, (f, r, request) -> r.tasks().listBySource(f.source.id(), request)));
        calls.addAll(paged(
                "workflows: listBySource", 1, (f, r, request) -> r.workflows().listBySource(f.source.id(), request)));
        return calls;
    }

    private static List<RepositoryCall> links() {
        List<RepositoryCall> calls = new ArrayList<>();
        calls.addAll(
                paged("tasks: listByParent", 1, (f, r, request) -> r.tasks().listByParent(f.task.id(), request)));
        calls.addAll(paged("tool executions: listByMessage", 1, (f, r, request) -> r.toolExecutions()
                .listByMessage(f.asked.id(), request)));
        calls.add(call("tool executions: listByMessages", 1, f -> {
            List<MessageId> ids =
                    f.db.messages().list(100, 0).stream().map(Message::id).toList();
            return r -> r.toolExecutions().listByMessages(ids);
        }));
        calls.addAll(paged("tool executions: listByCall", 1, (f, r, request) -> r.toolExecutions()
                .listByCall("call 1", request)));
        return calls;
    }

    private static List<RepositoryCall> conversations() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                plain("conversations: create", 1, r -> r.conversations()
                        .create(Conversation.builder().build())),
                call("conversations: get", 1, f -> r -> r.conversations().get(f.conversation)),
                call(
                        "conversations: getWithCounts",
                        2,
                        f -> r -> r.conversations().getWithCounts(f.conversation)),
                call("conversations: replaceTail by nothing", 2, f -> {
                    Message made = f.db.messages()
                            .create(f.newMessage(ConversationId.next()).build());
                    return r -> r.conversations().replaceTail(made.conversationId(), null, List.of());
                }),
                call("conversations: replaceTail", 6, f -> {
                    Message made = f.db.messages()
                            .create(f.newMessage(ConversationId.next()).build());
                    Message next = f.newMessage(made.conversationId()).build();
                    return r -> r.conversations().replaceTail(made.conversationId(), made.id(), List.of(next));
                }),
                plain("conversations: find", 1, r -> r.conversations().find(ConversationId.next())),
                plain("conversations: findByExternalId", 1, r -> r.conversations()
                        .findByExternalId("atif", "1")),
                call("conversations: updateOrigin", 1, f -> {
                    Origin origin = new Origin("atif", null, f.source.id(), 1L, 2L, 3L);
                    return r -> r.conversations().updateOrigin(f.conversation, origin);
                }),
                call("conversations: delete", 1, f -> {
                    Message made = f.db.messages()
                            .create(f.newMessage(ConversationId.next()).build());
                    return r -> r.conversations().delete(made.conversationId());
                })));
        calls.addAll(paged(
                "conversations: list", 1, (f, r, request) -> r.conversations().list(request)));
        return calls;
    }

    private static List<RepositoryCall> modelCalls() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                plain("model calls: create", 1, r -> r.modelCalls().create(newCall())),
                plain("model calls: createAll of 100", 1, r -> r.modelCalls()
                        .createAll(times(100, HistoryCalls::newCall))),
                plain("model calls: createMissing of 100", 1, r -> r.modelCalls()
                        .createMissing(times(100, HistoryCalls::newCall))),
                call("model calls: get", 1, f -> {
                    ModelCall made = f.db.modelCalls().create(newCall());
                    return r -> r.modelCalls().get(made.id());
                }),
                call("model calls: find", 1, f -> {
                    ModelCall made = f.db.modelCalls().create(newCall());
                    return r -> r.modelCalls().find(made.id());
                }),
                plain("model calls: findByExternalId", 1, r -> r.modelCalls().findByExternalId("atif", "1")),
                call("model calls: update", 1, f -> {
                    ModelCall made = f.db.modelCalls().create(newCall());
                    return r -> r.modelCalls().update(made);
                }),
                call("model calls: delete", 1, f -> {
                    ModelCall made = f.db.modelCalls().create(newCall());
                    return r -> r.modelCalls().delete(made.id());
                }),
                plain("model calls: list 100", 1, r -> r.modelCalls().list(100, 10))));
        calls.addAll(paged("model calls: list by page", 1, (f, r, request) -> r.modelCalls()
                .list(request)));
        calls.addAll(paged(
                "model calls: listByTask", 1, (f, r, request) -> r.modelCalls().listByTask(f.task.id(), request)));
        calls.addAll(paged(
                "model calls: listByAgent", 1, (f, r, request) -> r.modelCalls().listByAgent(f.agent.id(), request)));
        calls.addAll(paged("model calls: listByMessage", 1, (f, r, request) -> r.modelCalls()
                .listByMessage(f.asked.id(), request)));
        return calls;
    }

    private static List<RepositoryCall> scores() {
        List<RepositoryCall> calls = new ArrayList<>(List.of(
                call("scores: create", 1, f -> r -> r.scores().create(f.newScore())),
                call("scores: createAll of 100", 1, f -> r -> r.scores().createAll(times(100, f::newScore))),
                call("scores: get", 1, f -> {
                    Score made = f.db.scores().create(f.newScore());
                    return r -> r.scores().get(made.id());
                }),
                call("scores: find", 1, f -> {
                    Score made = f.db.scores().create(f.newScore());
                    return r -> r.scores().find(made.id());
                }),
                call("scores: update", 1, f -> {
                    Score made = f.db.scores().create(f.newScore());
                    return r -> r.scores().update(made);
                }),
                call("scores: delete", 1, f -> {
                    Score made = f.db.scores().create(f.newScore());
                    return r -> r.scores().delete(made.id());
                }),
                plain("scores: list 100", 1, r -> r.scores().list(100, 10))));
        calls.addAll(
                paged("scores: list by page", 1, (f, r, request) -> r.scores().list(request)));
        calls.addAll(
                paged("scores: listByTask", 1, (f, r, request) -> r.scores().listByTask(f.task.id(), request)));
        calls.addAll(
                paged("scores: listByName", 1, (f, r, request) -> r.scores().listByName("reward", request)));
        return calls;
    }

    private static Source newSource() {
        return Source.builder().format("atif").name("run.json").build();
    }

    private static ModelCall newCall() {
        return ModelCall.builder().model("large-2").inputTokens(10L).build();
    }
}
