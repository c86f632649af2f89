package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.OpenCalls.CallPart;
import dev.modelscan.storage.schema.tables.Messages;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a path and their answers, read at once: a call may be open before another one, and so on to the
 * beginning of the conversation, and {@link OpenCalls} takes some statements for each.
 */
final class OverlappingCalls {

    private static final Parameter<Long> END = Parameter.of("end", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);
    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();

    private static final CompiledQuery<Long> NUMBERS = CompiledQuery.rows(
            "message.pathNumbers", row -> row.get(Codec.LONG, 1), () -> DSL.select(MESSAGES.SEQUENCE_NUMBER)
                    .from(MESSAGES)
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(Paths.isOnPath(MESSAGES.SEQUENCE_NUMBER))
                    .orderBy(MESSAGES.SEQUENCE_NUMBER));

    private static final CompiledQuery<Open> EXECUTIONS = CompiledQuery.rows(
            "message.executionsOnPath",
            row -> new Open(row.get(Codec.LONG, 1), row.get(Codec.LONG, 1), row.get(Codec.LONG, 2)),
            () -> {
                Messages answer = MESSAGES.as("answer");
                return DSL.select(MESSAGES.SEQUENCE_NUMBER, answer.SEQUENCE_NUMBER)
                        .from(MESSAGES)
                        .crossJoin(TOOL_EXECUTIONS)
                        .crossJoin(answer)
                        .where(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.eq(answer.ID))
                        .and(TOOL_EXECUTIONS.MESSAGE_ID.eq(MESSAGES.ID))
                        .and(answer.CONVERSATION_ID.eq(CONVERSATION.param()))
                        .and(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                        .and(MESSAGES.SEQUENCE_NUMBER.le(END.param()))
                        .and(Paths.isOnPath(MESSAGES.SEQUENCE_NUMBER));
            });

    /** A call, and where it is open: if a path ends at the first number, and at each after it before the last one. */
    private record Open(long call, long from, long until) {}

    /** Parts of one call id by number: the last of a message on the path, and the first of a message on any branch. */
    private record Parts(NavigableMap<Long, Boolean> lastIsCall, NavigableMap<Long, Boolean> firstIsCall) {

        Parts() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        /** A call is open if it comes last before the end, and an answer first after it. */
        void addTo(List<Open> opens) {
            long from = 0;
            for (Map.Entry<Long, Boolean> next : firstIsCall.entrySet()) {
                Map.Entry<Long, Boolean> last = lastIsCall.floorEntry(from);
                if (last != null && last.getValue() && !next.getValue()) {
                    opens.add(new Open(last.getKey(), from, next.getKey()));
                }
                from = next.getKey();
            }
        }
    }

    private OverlappingCalls() {}

    /**
     * Where a path has to end so that no call is open.
     *
     * @param number of the last message; null if all of it is behind an open call
     * @param call the number of the message with the first of the calls
     */
    record Place(@Nullable Long number, long call) {}

    /** The place before a call that is open at the end of a path, and before all that are open there. */
    static Place before(Session session, ConversationId id, long end, long call) throws SQLException {
        NavigableSet<Long> path = new TreeSet<>(
                session.query(NUMBERS).set(CONVERSATION, id).set(END, end).list());
        Iterator<Open> opens = opens(session, id, end).iterator();
        PriorityQueue<Open> reached = new PriorityQueue<>(Comparator.comparingLong(Open::call));
        Open next = opens.hasNext() ? opens.next() : null;
        long first = call;
        while (true) {
            Long number = path.lower(first);
            if (number == null) {
                return new Place(null, first);
            }
            while (next != null && next.until() > number) {
                reached.add(next);
                next = opens.hasNext() ? opens.next() : null;
            }
            while (!reached.isEmpty() && reached.peek().from() > number) {
                reached.remove();
            }
            if (reached.isEmpty()) {
                return new Place(number, first);
            }
            first = reached.peek().call();
        }
    }

    /** Those that are open longest come first. */
    private static List<Open> opens(Session session, ConversationId id, long end) throws SQLException {
        List<Open> opens = new ArrayList<>(
                session.query(EXECUTIONS).set(CONVERSATION, id).set(END, end).list());
        Map<String, Parts> parts = new HashMap<>();
        for (CallPart part : OpenCalls.partsOnPath(session, id, end)) {
            of(parts, part).lastIsCall().put(part.number(), part.isCall());
        }
        for (CallPart part : OpenCalls.allParts(session, id)) {
            of(parts, part).firstIsCall().putIfAbsent(part.number(), part.isCall());
        }
        parts.values().forEach(each -> each.addTo(opens));
        opens.sort(Comparator.comparingLong(Open::until).reversed());
        return opens;
    }

    private static Parts of(Map<String, Parts> parts, CallPart part) {
        return parts.computeIfAbsent(part.callId(), id -> new Parts());
    }
}
