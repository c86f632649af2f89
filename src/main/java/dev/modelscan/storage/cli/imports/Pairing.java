package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.cli.formats.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the call that an answer belongs to: the oldest open call with the answer's id and, if the answer names a tool and
 * such a call is open, of that tool. An answer without an id belongs to an open call without an id: to the oldest of its
 * tool, else to the oldest. If there is none, it belongs to the oldest open call of its tool, or, if it names no tool, to the
 * oldest. An answer whose id no call has had belongs to an open call without an id in the same way. An answer that comes
 * before its call belongs to it by its id if the call is still open at the end of the run.
 *
 * @param <C> what stands for a call
 */
final class Pairing<C> {

    private record Open<C>(
            @Nullable String callId, @Nullable String tool, C call) {}

    // A long run has few open calls at a time.
    private final Map<String, Deque<Open<C>>> byId = new LinkedHashMap<>();
    private final List<Open<C>> withoutId = new ArrayList<>();
    private final Set<String> answered = new HashSet<>();

    /** A call waits for its answer. */
    void open(Part.Call part, C call) {
        String id = id(part.callId());
        Open<C> open = new Open<>(id, part.tool(), call);
        if (id == null) {
            withoutId.add(open);
        } else {
            byId.computeIfAbsent(id, unknown -> new ArrayDeque<>()).add(open);
        }
    }

    /** The call that is answered, which is then no longer open; null if there is none. */
    @Nullable
    C answer(Part.Answer answer) {
        String id = id(answer.callId());
        Deque<Open<C>> open = id == null ? null : byId.get(id);
        if (id != null && open != null && !open.isEmpty()) {
            answered.add(id);
            return take(open.iterator(), answer.tool(), open.peek());
        }
        if (id != null && answered.contains(id)) {
            return null;
        }
        // A call whose id was left out, such as a function_call.
        if (!withoutId.isEmpty()) {
            return take(withoutId.iterator(), answer.tool(), withoutId.get(0));
        }
        return id == null ? oldest(answer.tool()) : null;
    }

    /** Blank text is no id. */
    private static @Nullable String id(@Nullable String given) {
        return given == null || given.isBlank() ? null : given;
    }

    /** Whether an answer with that id has been given already. */
    boolean isAnswered(@Nullable String callId) {
        return callId != null && answered.contains(callId);
    }

    /** At the end of the run: the open call of an answer that came before it; null if there is none. */
    @Nullable
    C answerEarlier(Part.Answer answer) {
        Deque<Open<C>> open = answer.callId() == null ? null : byId.get(answer.callId());
        return open == null || open.isEmpty() ? null : answer(answer);
    }

    /** The calls that nothing answered. */
    List<C> open() {
        List<C> calls = new ArrayList<>();
        withoutId.forEach(open -> calls.add(open.call()));
        byId.values().forEach(queue -> queue.forEach(open -> calls.add(open.call())));
        return calls;
    }

    private C take(Iterator<Open<C>> candidates, @Nullable String tool, @Nullable Open<C> first) {
        while (candidates.hasNext()) {
            Open<C> next = candidates.next();
            if (tool != null && tool.equals(next.tool())) {
                candidates.remove();
                return next.call();
            }
        }
        Open<C> oldest = Objects.requireNonNull(first, "an open call");
        withoutId.remove(oldest);
        if (oldest.callId() != null) {
            Deque<Open<C>> queue = byId.get(oldest.callId());
            if (queue != null) {
                queue.remove(oldest);
            }
        }
        return oldest.call();
    }

    private @Nullable C oldest(@Nullable String tool) {
        for (Deque<Open<C>> queue : byId.values()) {
            for (Open<C> open : queue) {
                if (tool == null || tool.equals(open.tool())) {
                    queue.remove(open);
                    if (open.callId() != null) {
                        answered.add(open.callId());
                    }
                    return open.call();
                }
            }
        }
        return null;
    }
}
