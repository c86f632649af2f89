package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** LangChain's messages: a list of them, one a line, or the state of a graph that holds them. */
final class LangChainForm implements Form {

    @Override
    public String name() {
        return "langchain";
    }

    @Override
    public boolean recognizes(First first) {
        return first.values().stream()
                .anyMatch(record -> LangChainMessages.isMessage(record)
                        || LangChainMessages.isMessage(record.path(0))
                        || LangChainMessages.isMessage(messages(record).path(0)));
    }

    /** The messages of a graph's state, or of its checkpoint. */
    private static JsonNode messages(JsonNode record) {
        JsonNode values = record.path("channel_values").isObject() ? record.path("channel_values") : record;
        values = values.path("values").isObject() ? values.path("values") : values;
        return values.path("messages");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        @Nullable String open = null;
        @Nullable Place last = null;
        int index = 0;
        Records.Item item;
        while ((item = records.next()) != null) {
            Place place = item.place();
            JsonNode record = item.value();
            boolean odd = !record.isArray() && !messages(record).isArray() && !LangChainMessages.isMessage(record);
            if (LangChainMessages.isMessage(record) || (odd && item.array() > 0)) {
                String run = "messages " + item.array();
                if (!run.equals(open)) {
                    end(open, last, events);
                    start(run, place, null, Fields.object(), events);
                    open = run;
                    index = 0;
                }
                new LangChainMessages(run, events).read(place, record, "[" + index++ + "]");
                last = place;
            } else if (record.isArray() || messages(record).isArray()) {
                list(place, record, events);
            } else {
                events.accept(new Event.Refused(place, "is neither a message nor a list of messages"));
            }
        }
        end(open, last, events);
    }

    private static void list(Place place, JsonNode record, Events events) {
        String run = "record " + place.record();
        ObjectNode metadata =
                record.isObject() ? Fields.rest(record, "messages", "values", "channel_values") : Fields.object();
        if (record.isObject() && !record.has("messages")) {
            String holder = record.has("values") ? "values" : "channel_values";
            metadata.set(holder, Fields.rest(record.path(holder), "messages"));
        }
        start(run, place, Fields.text(record, "id", "thread_id"), metadata, events);
        LangChainMessages messages = new LangChainMessages(run, events);
        int index = 0;
        for (JsonNode message : record.isArray() ? record : messages(record)) {
            messages.read(place, message, (record.isArray() ? "" : "messages") + "[" + index++ + "]");
        }
        end(run, place, events);
    }

    private static void start(
            String run, Place place, @Nullable String externalId, ObjectNode metadata, Events events) {
        events.accept(new RunStarted(run, place, externalId, null, null, null, null, metadata));
    }

    private static void end(@Nullable String run, @Nullable Place place, Events events) {
        if (run != null && place != null) {
            events.accept(new RunEnded(run, place, null, null, null, null, null, Fields.object()));
        }
    }
}
