package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events that hold all of a model's call. A span may have several, such as one around a whole request: each is a call. */
final class OtlpDetails {

    private static final String NAME = "gen_ai.client.inference.operation.details";

    /** What a call takes from its span if it does not say it itself. */
    private static final List<String> SHARED = List.of(
            OtlpRuns.CONVERSATION,
            "gen_ai.agent.name",
            "gen_ai.provider.name",
            "gen_ai.system",
            "gen_ai.request.model",
            "gen_ai.operation.name");

    private OtlpDetails() {}

    static boolean is(ObjectNode event) {
        return event.path("name").asText().equals(NAME);
    }

    /** Whether the first such event tells of the span itself. What an agent or a tool did is not a call of a model. */
    static boolean areOf(OtlpSpan span) {
        return !span.isAgent() && !span.isTool();
    }

    /** The span with the first such event as its own, and a span for each of the others. */
    static List<OtlpSpan> split(OtlpSpan span) {
        List<ObjectNode> details =
                span.events().stream().filter(OtlpDetails::is).toList();
        if (details.isEmpty() || span.position() >= 0) {
            return List.of(span);
        }
        List<OtlpSpan> calls = new ArrayList<>();
        ObjectNode attributes = span.attributes().deepCopy();
        List<ObjectNode> others = new ArrayList<>(span.events());
        others.removeAll(details);
        int next = 0;
        if (areOf(span)) {
            attributes.setAll(attributes(details.get(0)));
            others.add(details.get(0));
            next = 1;
        }
        Instant end = next == 1 && details.size() > 1 ? end(span, details.get(0)) : span.endedAt();
        calls.add(span.with(span.id(), span.parent(), end, attributes, others));
        for (; next < details.size(); next++) {
            ObjectNode own = Fields.object();
            SHARED.stream()
                    .filter(span.attributes()::has)
                    .forEach(name -> own.set(name, span.attributes().get(name)));
            if (!areOf(span)) {
                own.put("gen_ai.operation.name", "chat");
            }
            own.setAll(attributes(details.get(next)));
            List<ObjectNode> event = new ArrayList<>(List.of(details.get(next)));
            Instant ended = end(span, details.get(next));
            calls.add(span.with(span.id() + "/" + (next + 1), span.id(), ended, own, event));
        }
        return calls;
    }

    private static @Nullable Instant end(OtlpSpan span, ObjectNode event) {
        Instant time = Fields.time(event, "timeUnixNano", "time_unix_nano");
        return time == null ? span.endedAt() : time;
    }

    private static ObjectNode attributes(ObjectNode event) {
        ObjectNode attributes = OtlpSpan.object(event.path("attributes")).deepCopy();
        ObjectNode content = OtlpSpan.object(attributes.path("gen_ai.event.content"));
        attributes.setAll(content);
        return attributes;
    }
}
