package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A voice run of tau2: ticks of a fraction of a second, in which both sides may speak and use tools. What one side says
 * without a pause is a message, in the order in which it ended.
 */
final class Tau2Ticks {

    private final Place place;
    private final String path;
    private final ChatMessages messages;
    private final Speech agent = new Speech("agent", "assistant");
    private final Speech user = new Speech("user", "user");
    private @Nullable String agentModel;
    private @Nullable String userModel;
    private int index;

    Tau2Ticks(Place place, String path, ChatMessages messages) {
        this.place = place;
        this.path = path;
        this.messages = messages;
    }

    Tau2Ticks models(@Nullable String ofAgent, @Nullable String ofUser) {
        agentModel = ofAgent;
        userModel = ofUser;
        return this;
    }

    /** What one side is saying. */
    private static final class Speech {
        private final String side;
        private final String role;
        private final StringBuilder text = new StringBuilder();
        private final Set<String> utterances = new HashSet<>();
        private @Nullable ObjectNode message;

        Speech(String side, String role) {
            this.side = side;
            this.role = role;
        }
    }

    void read(JsonNode ticks) {
        for (JsonNode tick : ticks) {
            tick(agent, tick);
            tick(user, tick);
            index++;
        }
        end(agent);
        end(user);
    }

    private void tick(Speech speech, JsonNode tick) {
        JsonNode chunk = tick.path(speech.side + "_chunk");
        boolean speaks = chunk.isObject() && chunk.path("contains_speech").asBoolean(true);
        if (!speaks) {
            end(speech);
        }
        if (chunk.isObject()) {
            hear(speech, tick, chunk);
        }
        JsonNode calls = tick.path(speech.side + "_tool_calls");
        JsonNode results = tick.path(speech.side + "_tool_results");
        if (calls.isEmpty() && results.isEmpty()) {
            return;
        }
        end(speech);
        if (!calls.isEmpty()) {
            ObjectNode message = Fields.object().put("role", speech.role);
            message.putNull("content").set("tool_calls", calls);
            message.set("timestamp", tick.path("timestamp"));
            tell(speech, message);
        }
        results.forEach(result -> tell(speech, result));
    }

    private void hear(Speech speech, JsonNode tick, JsonNode chunk) {
        String said = chunk.path("content").isTextual() ? chunk.path("content").textValue() : "";
        if (said.isEmpty()) {
            return;
        }
        Set<String> ids = new HashSet<>();
        chunk.path("utterance_ids").forEach(id -> ids.add(id.asText()));
        boolean another =
                !ids.isEmpty() && !speech.utterances.isEmpty() && ids.stream().noneMatch(speech.utterances::contains);
        if (another) {
            end(speech);
        }
        speech.utterances.addAll(ids);
        speech.text.append(said);
        ObjectNode message = speech.message;
        if (message == null) {
            message = Fields.object();
            for (Map.Entry<String, JsonNode> member :
                    Fields.rest(chunk, "audio_content", "tool_calls").properties()) {
                if (!member.getValue().isNull()) {
                    message.set(member.getKey(), member.getValue());
                }
            }
            message.put("role", speech.role).set("first_tick", tick.path("tick_id"));
            if (!message.has("timestamp")) {
                message.set("timestamp", tick.path("timestamp"));
            }
            speech.message = message;
        } else {
            BigDecimal cost = Fields.number(chunk, "cost");
            BigDecimal before = Fields.number(message, "cost");
            if (cost != null) {
                // Rounded: all digits of 1 and 1e-1000000 together are a million.
                message.put("cost", before == null ? cost : before.add(cost, MathContext.DECIMAL128));
            }
            if (chunk.path("usage").isObject()) {
                message.set("usage", chunk.path("usage"));
            }
        }
        message.set("last_tick", tick.path("tick_id"));
    }

    private void end(Speech speech) {
        ObjectNode message = speech.message;
        if (message != null) {
            message.put("content", speech.text.toString());
            tell(speech, message);
        }
        speech.message = null;
        speech.text.setLength(0);
        speech.utterances.clear();
    }

    private void tell(Speech speech, JsonNode message) {
        messages.model(speech == user ? userModel : agentModel);
        messages.read(place, message, path + "[" + index + "]." + speech.side);
    }
}
