package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The spans of the tools of a run, and which call each of them is of. */
final class OtlpTools {

    static final String CALL_ID = "gen_ai.tool.call.id";

    private final Map<String, OtlpSpan> byId = new HashMap<>();

    // By the tool. A trace that this program wrote gives a span to a call whose id is used once, and to no other.
    private final Map<String, Deque<OtlpSpan>> named = new HashMap<>();
    private final Map<String, Deque<OtlpSpan>> nameless = new HashMap<>();
    private final List<OtlpSpan> waiting = new ArrayList<>();
    private final Set<String> taken = new HashSet<>();

    void add(OtlpSpan span) {
        String call = Fields.text(span.attributes(), CALL_ID);
        if (call != null) {
            byId.putIfAbsent(call, span);
        }
        if (span.position() < 0) {
            (call == null ? nameless : named)
                    .computeIfAbsent(span.toolName(), tool -> new ArrayDeque<>())
                    .add(span);
        }
    }

    /** Whether the span is that of a call. */
    boolean isTaken(OtlpSpan span) {
        return taken.contains(span.key());
    }

    /** The span of a call: that with its id; if either has no id, the first one of the tool that is no other call's. */
    @Nullable
    OtlpSpan of(@Nullable String id, @Nullable String name) {
        OtlpSpan tool = id == null ? null : byId.get(id);
        if (tool == null) {
            tool = next(nameless.get(name));
        }
        if (tool == null && id == null) {
            tool = next(named.get(name));
        }
        if (tool != null) {
            taken.add(tool.key());
            if (id == null) {
                waiting.add(tool);
            } else {
                byId.putIfAbsent(id, tool);
            }
        }
        return tool;
    }

    /** The span of the call that an answer belongs to; without an id, the oldest one, of the tool if the answer names it. */
    @Nullable
    OtlpSpan answered(@Nullable String id, @Nullable String name) {
        if (id != null) {
            return byId.get(id);
        }
        Iterator<OtlpSpan> spans = waiting.iterator();
        while (spans.hasNext()) {
            OtlpSpan span = spans.next();
            if (name == null || name.equals(span.toolName())) {
                spans.remove();
                return span;
            }
        }
        return null;
    }

    private @Nullable OtlpSpan next(@Nullable Deque<OtlpSpan> candidates) {
        if (candidates == null) {
            return null;
        }
        OtlpSpan next = candidates.poll();
        while (next != null && taken.contains(next.key())) {
            next = candidates.poll();
        }
        return next;
    }

    /**
     * The answer by the tool's span: it failed if its status or {@code error.type} says so. An unset status says nothing, but
     * for a trace that this program wrote.
     */
    static Part.Answer answer(@Nullable String id, OtlpSpan tool, @Nullable JsonNode given) {
        ObjectNode attributes = tool.attributes();
        JsonNode output = given;
        if (output == null && attributes.has("gen_ai.tool.call.result")) {
            output = Fields.structure(attributes.path("gen_ai.tool.call.result"));
        }
        Flag flag = flag(tool, output);
        String name = Fields.text(attributes, "gen_ai.tool.name");
        String decidedBy = flag.outcome() == Outcome.UNKNOWN ? null : flag.name();
        return new Part.Answer(id, name, output, flag.outcome(), decidedBy, tool.startedAt(), tool.endedAt());
    }

    private static Flag flag(OtlpSpan tool, @Nullable JsonNode output) {
        if (tool.failed()) {
            return new Flag(Outcome.FAILED, tool.hasFailedStatus() ? "status" : "error.type");
        }
        if (tool.hasGoodStatus() || tool.position() >= 0) {
            return new Flag(Outcome.SUCCESS, "status");
        }
        return output == null ? Flag.NONE : Flag.ofAnswer(output);
    }
}
