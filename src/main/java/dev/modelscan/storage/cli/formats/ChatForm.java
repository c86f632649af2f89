package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of chat messages: records with a list of messages, lists of messages, single messages one after the other, requests
 * and responses of a provider's interface, alone, together, or in batch files.
 */
abstract class ChatForm implements Form {

    private static final int MOST_LOOKED_AT = 10;
    private static final List<String> IDS =
            List.of("id", "conversation_id", "session_id", "sessionId", "thread_id", "custom_id", "task_id");
    private static final List<String> WRAPPERS = List.of("data", "requests", "results", "responses");
    /** What a result of Anthropic's batches is, if there is no response. */
    private static final Set<String> FAILED = Set.of("errored", "canceled", "expired");

    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool", "function");

    @Override
    public void read(Records records, Events events) throws IOException {
        @Nullable String open = null;
        @Nullable Place last = null;
        Records.Item item;
        int index = 0;
        OllamaStream stream = new OllamaStream();
        while ((item = records.next()) != null) {
            JsonNode record = item.value();
            if (stream.takes(record)) {
                stream.add(item.place(), record);
                stream = stream.isDone() ? end(stream, events) : stream;
                continue;
            }
            stream = end(stream, events);
            boolean among = ("messages " + item.array()).equals(open);
            if (isMessage(record) || (among && isOdd(record))) {
                // Messages that are records themselves are one run, or one for each array.
                String run = "messages " + item.array();
                if (!run.equals(open)) {
                    end(open, last, events);
                    events.accept(new RunStarted(run, item.place(), null, null, null, null, null, bareList()));
                    open = run;
                    index = 0;
                }
                new ChatMessages(run, events).read(item.place(), record, "[" + index++ + "]");
                last = item.place();
                continue;
            }
            readRecord(item.place(), record, events);
        }
        end(stream, events);
        end(open, last, events);
    }

    /** Tells of the stream, if there is one; the next one has no chunks yet. */
    private OllamaStream end(OllamaStream stream, Events events) {
        if (stream.isOpen()) {
            readRecord(stream.place(), stream.whole(), events);
            return new OllamaStream();
        }
        return stream;
    }

    private static void end(@Nullable String run, @Nullable Place place, Events events) {
        if (run != null && place != null) {
            events.accept(new RunEnded(run, place, null, null, null, null, null, Fields.object()));
        }
    }

    private void readRecord(Place place, JsonNode record, Events events) {
        String run = "record " + place.record();
        JsonNode inner = inner(record);
        if (inner == null) {
            readRecord(run, place, record, events);
            return;
        }
        if (record.isObject()) {
            events.accept(new Event.Described(place, Fields.rest(record, Set.copyOf(WRAPPERS))));
        }
        int index = 0;
        for (JsonNode each : inner) {
            readRecord(run + "/" + index++, place, each, events);
        }
    }

    /** The records that a record holds, such as a page of responses, or the requests of a batch; null if it is one itself. */
    private static @Nullable JsonNode inner(JsonNode record) {
        if (record.isObject() && ChatRecord.of(record) != null) {
            return null;
        }
        JsonNode list = record;
        for (String wrapper : WRAPPERS) {
            list = list.isArray() ? list : record.path(wrapper);
        }
        JsonNode first = list.path(0);
        boolean holds = list.isArray()
                && first.isObject()
                && !isMessage(first)
                && (ChatRecord.of(first) != null || isFailedRequest(first));
        return holds ? list : null;
    }

    /** A record that a form may be told by: the first one inside, if it holds some. */
    static JsonNode sample(JsonNode record) {
        JsonNode inner = inner(record);
        return inner == null ? record : inner.path(0);
    }

    private void readRecord(String run, Place place, JsonNode record, Events events) {
        if (record.isArray() && (record.isEmpty() || isMessage(record.path(0)))) {
            events.accept(new RunStarted(run, place, null, null, null, null, null, bareList()));
            new ChatMessages(run, events).readAll(place, record, "");
            end(run, place, events);
        } else if (isPreferences(record)) {
            events.accept(new Event.Refused(place, "holds preferences, which are not a run"));
        } else if (!record.isObject()) {
            events.accept(new Event.Refused(place, "is neither a JSON object nor a list of messages"));
        } else {
            ChatRecord chat = ChatRecord.of(record);
            if (chat != null) {
                readRun(run, place, chat, events);
            } else if (isFailedRequest(record)) {
                failedRequest(run, place, record, events);
            } else {
                events.accept(new Event.Refused(place, "has neither \"messages\" nor \"traj\" that is a list"));
            }
        }
    }

    /** Whether a record of a batch's results holds no response. */
    private static boolean isFailedRequest(JsonNode record) {
        return record.has("custom_id") && (record.has("response") || record.has("error") || record.has("result"));
    }

    /** Whether a record of a batch's results says that the request failed. A provider writes a file of those alone. */
    static boolean isError(JsonNode record) {
        return record.has("custom_id")
                && (record.path("error").isObject()
                        || record.path("response").path("body").path("error").isObject()
                        || isErrorOfAnthropic(record));
    }

    static boolean isErrorOfAnthropic(JsonNode record) {
        return record.has("custom_id")
                && FAILED.contains(record.path("result").path("type").asText());
    }

    private static void failedRequest(String run, Place place, JsonNode record, Events events) {
        JsonNode result = record.path("result");
        String error = Stream.of(
                        record.path("error"),
                        record.path("response").path("body").path("error"),
                        result.path("error").path("error"),
                        result.path("error"),
                        result)
                .map(holder -> Fields.text(holder, "message", "code", "type"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        ObjectNode metadata = Fields.object().putNull("messages_in");
        metadata.setAll(ChatRecord.words(record));
        events.accept(new RunStarted(run, place, externalId(record), null, null, null, null, metadata));
        events.accept(new RunEnded(run, place, null, TaskStatus.FAILED, error, null, null, Fields.object()));
    }

    private void readRun(String run, Place place, ChatRecord chat, Events events) {
        JsonNode record = chat.json();
        JsonNode body = chat.body();
        String agent = Fields.text(record.path("agent"), "name");
        events.accept(new RunStarted(
                run,
                place,
                externalId(record),
                null,
                Fields.text(record, "title"),
                agent == null && record.path("agent").isTextual()
                        ? record.path("agent").textValue()
                        : agent,
                Fields.time(record, "created_at", "createdAt", "created", "start_time", "timestamp"),
                chat.rest(hasSystem(body))));
        ChatMessages messages = new ChatMessages(run, events).model(Fields.text(body, "model"));
        if (hasSystem(body)) {
            readSystem(run, place, body.path("system"), chat.in("system"), events);
        }
        messages.readAll(place, body.path(chat.list()), chat.in(chat.list()).replace('/', '.'));
        readResponse(place, chat, messages);
        if (!messages.hasUsage()) {
            usage(run, place, record, body, events);
        }
        Outcomes.scores(run, place, record, null, events);
        events.accept(new RunEnded(
                run,
                place,
                null,
                Outcomes.status(record),
                Outcomes.error(record),
                Fields.time(record, "completed_at", "ended_at", "end_time", "updated_at"),
                null,
                Fields.object()));
    }

    /** Whether the system prompt beside the list is a message. */
    boolean hasSystem(JsonNode body) {
        return false;
    }

    /** Tells of the system prompt. */
    void readSystem(String run, Place place, JsonNode system, String where, Events events) {}

    /** What the metadata says of messages that are in no record. */
    private static ObjectNode bareList() {
        return Fields.object().put("messages_in", "");
    }

    private static void readResponse(Place place, ChatRecord chat, ChatMessages messages) {
        String where = chat.response();
        if (where == null) {
            return;
        }
        JsonNode response = ChatRecord.at(chat.json(), where);
        if (ChatRecord.hasOneMessage(response)) {
            messages.readAt(place, response.path("message"), where.isEmpty() ? "message" : where + "/message");
            return;
        }
        if (!response.path("choices").isArray()) {
            messages.readAt(place, Fields.rest(response, "usage", "model"), where);
            return;
        }
        int index = 0;
        for (JsonNode choice : response.path("choices")) {
            if (choice.has("message")) {
                String choices = (where.isEmpty() ? "" : where + "/") + "choices/";
                messages.readAt(place, choice.path("message"), choices + index + "/message");
            }
            index++;
        }
    }

    private static void usage(String run, Place place, JsonNode record, JsonNode body, Events events) {
        for (JsonNode holder : List.of(
                record,
                body,
                record.path("response"),
                record.path("response").path("body"),
                record.path("result").path("message"))) {
            Usage usage = Usages.ofResponse(holder);
            if (!usage.isEmpty()) {
                String model = Fields.text(holder, "model");
                events.accept(new ModelCalled(
                        run,
                        place,
                        null,
                        Fields.text(holder, "id"),
                        model == null ? Fields.text(body, "model") : model,
                        null,
                        usage,
                        Fields.number(holder, "cost"),
                        Fields.number(holder, "cost") == null ? null : "USD",
                        null,
                        Fields.time(holder, "created"),
                        Fields.text(holder.path("choices").path(0), "finish_reason")));
                return;
            }
        }
    }

    private static @Nullable String externalId(JsonNode record) {
        for (String member : IDS) {
            String id = Fields.text(record, member);
            if (id != null) {
                String trial = Fields.text(record, "trial");
                return member.equals("task_id") && trial != null ? id + "/" + trial : id;
            }
        }
        return null;
    }

    static boolean isPreferences(JsonNode record) {
        return (record.has("chosen") && record.has("rejected"))
                || (record.has("chosen_messages") && record.has("rejected_messages"))
                || record.has("preferred_output");
    }

    /** Whether a record is a message, and no container of messages. */
    static boolean isMessage(JsonNode record) {
        return record.isObject()
                && ROLES.contains(record.path("role").asText())
                && !record.has("messages")
                && !record.has("stop_reason")
                && !record.path("type").asText().equals("message")
                && (record.has("content") || record.has("tool_calls") || record.has("function_call"));
    }

    /** Whether a record holds messages in one of the ways that this form knows. */
    static boolean holdsMessages(JsonNode given) {
        JsonNode record = sample(given);
        if (isPreferences(record)) {
            return false;
        }
        if (record.isArray()) {
            return isMessage(record.path(0));
        }
        ChatRecord chat = ChatRecord.of(record);
        return isMessage(record)
                || record.path("traj").isArray()
                || (chat != null
                        && (ChatRecord.isResponse(chat.body())
                                || isRoleList(chat.body().path("messages"))));
    }

    /** Whether it is a list of which a message near the start has a role. */
    private static boolean isRoleList(JsonNode messages) {
        if (!messages.isArray() || messages.isEmpty() || !messages.path(0).isObject()) {
            return messages.isArray();
        }
        int looked = 0;
        for (JsonNode message : messages) {
            if (message.has("role")) {
                return true;
            }
            if (++looked == MOST_LOOKED_AT) {
                return false;
            }
        }
        return false;
    }

    /** Whether it is no record either, and so an odd one among messages that are records. */
    private static boolean isOdd(JsonNode record) {
        return !record.isArray()
                && inner(record) == null
                && ChatRecord.of(record) == null
                && !isPreferences(record)
                && !isFailedRequest(record);
    }
}
