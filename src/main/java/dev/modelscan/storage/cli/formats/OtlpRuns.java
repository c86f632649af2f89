package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.tasks.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a set of spans. Agents' spans with one conversation, or one trace, are a run; an agent's span
 * below another agent's is a sub-agent's run.
 */
final class OtlpRuns {

    static final String CONVERSATION = "gen_ai.conversation.id";
    private static final Comparator<OtlpSpan> BY_TIME =
            Comparator.comparing(OtlpSpan::startedAt, Comparator.nullsLast(Comparator.naturalOrder()));

    private final OtlpStore spans;
    private final Events events;
    private final Map<String, List<OtlpStore.Head>> runs = new LinkedHashMap<>();
    private final Map<String, String> parents = new LinkedHashMap<>();

    OtlpRuns(OtlpStore spans, Events events) {
        this.spans = spans;
        this.events = events;
    }

    void tell() {
        for (OtlpStore.Head span : spans.heads()) {
            runs.computeIfAbsent(run(span), key -> new ArrayList<>()).add(span);
        }
        Set<String> told = new HashSet<>();
        runs.keySet().forEach(run -> tell(run, told));
    }

    /** A parent's run is told before its sub-agents' runs. */
    private void tell(String run, Set<String> told) {
        List<OtlpStore.Head> own = runs.get(run);
        if (own == null || !told.add(run)) {
            return;
        }
        String parent = parents.get(run);
        if (parent != null) {
            tell(parent, told);
        }
        List<OtlpSpan> read = new ArrayList<>(own.size());
        own.forEach(head -> read.addAll(OtlpDetails.split(spans.read(head))));
        tell(run, read);
    }

    private String run(OtlpStore.Head span) {
        return run(span, new HashSet<>());
    }

    /** Damaged spans may be each other's parents: then the first one that comes again begins the run. */
    private String run(OtlpStore.Head span, Set<String> seen) {
        OtlpStore.Head agent = span.isAgent() ? span : agentAbove(span);
        if (agent == null || !seen.add(agent.key())) {
            return conversation(span);
        }
        OtlpStore.Head above = agentAbove(agent);
        boolean sameAgent = above != null
                && agent.agentName() != null
                && java.util.Objects.equals(agent.agentName(), above.agentName());
        if (above == null) {
            return conversation(agent);
        }
        String own = agent.conversation();
        if (own != null && !own.equals(conversation(above))) {
            parents.put(own, run(above, seen));
            return own;
        }
        if (sameAgent) {
            return run(above, seen);
        }
        String key = agent.key();
        parents.put(key, run(above, seen));
        return key;
    }

    /** The conversation that a span, or the nearest one above it, names; else its trace. */
    private String conversation(OtlpStore.Head span) {
        Set<String> seen = new HashSet<>();
        for (OtlpStore.Head each = span; each != null && seen.add(each.key()); each = above(each)) {
            String conversation = each.conversation();
            if (conversation != null) {
                return conversation;
            }
        }
        return span.trace();
    }

    private OtlpStore.@Nullable Head agentAbove(OtlpStore.Head span) {
        Set<String> seen = new HashSet<>();
        for (OtlpStore.Head each = above(span); each != null && seen.add(each.key()); each = above(each)) {
            if (each.isAgent()) {
                return each;
            }
        }
        return null;
    }

    private OtlpStore.@Nullable Head above(OtlpStore.Head span) {
        return spans.head(span.parentKey());
    }

    private void tell(String run, List<OtlpSpan> own) {
        boolean isOurs = own.stream().allMatch(span -> span.position() >= 0);
        own.sort(isOurs ? Comparator.comparingLong(OtlpSpan::position) : BY_TIME);
        OtlpSpan first = own.get(0);
        OtlpSpan agent = own.stream().filter(OtlpSpan::isAgent).findFirst().orElse(null);
        String name = agentsName(own);
        ObjectNode metadata = Fields.object();
        ArrayNode others = JsonNodeFactory.instance.arrayNode();
        for (OtlpSpan span : own) {
            if (!span.isCall() && !span.isTool()) {
                others.add(OtlpMessages.whole(span));
            }
        }
        if (isOurs) {
            metadata = OtlpSpan.object(first.attributes().path(OtlpOwn.METADATA));
        } else {
            metadata.set("spans", others);
        }
        String title = agent == null ? null : Fields.text(agent.attributes(), "gen_ai.agent.description");
        events.accept(
                new RunStarted(run, first.place(), run, parents.get(run), title, name, first.startedAt(), metadata));
        new OtlpMessages(run, own, events).tell();
        Instant end = (isOurs ? List.of(first) : own)
                .stream()
                        .map(OtlpSpan::endedAt)
                        .filter(java.util.Objects::nonNull)
                        .max(Comparator.naturalOrder())
                        .orElse(null);
        OtlpSpan root = agent == null ? first : agent;
        boolean failed = root.failed();
        String error = failed ? Fields.text(root.status(), "message") : null;
        if (failed && error == null && !isOurs) {
            error = root.errorType();
        }
        events.accept(new RunEnded(
                run, first.place(), null, failed ? TaskStatus.FAILED : null, error, end, null, Fields.object()));
    }

    private static @Nullable String agentsName(List<OtlpSpan> own) {
        for (OtlpSpan span : own) {
            String name = Fields.text(span.attributes(), "gen_ai.agent.name");
            if (name != null) {
                return name;
            }
            if (span.isAgent() && span.name().startsWith("invoke_agent ")) {
                return span.name().substring("invoke_agent ".length());
            }
        }
        return null;
    }
}
