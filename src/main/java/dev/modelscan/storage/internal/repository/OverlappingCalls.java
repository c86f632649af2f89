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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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

    private record Answered(long call, long answer) {}

    private static final CompiledQuery<Answered> EXECUTIONS = CompiledQuery.rows(
            "message.executionsOnPath", row -> new Answered(row.get(Codec.LONG, 1), row.get(Codec.LONG, 2)), () -> {
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

    /** Parts of one call id by number: the last of a message on the path, and the first of a message on any branch. */
    private record Parts(NavigableMap<Long, Boolean> lastIsCall, NavigableMap<Long, Boolean> firstIsCall) {}

    private final NavigableMap<Long, Long> before = new TreeMap<>();
    private final List<Answered> executions;
    private final Map<String, Parts> parts = new HashMap<>();

    private OverlappingCalls(Session session, ConversationId id, long end) throws SQLException {
        Long previous = null;
        for (long number :
                session.query(NUMBERS).set(CONVERSATION, id).set(END, end).list()) {
            if (previous != null) {
                before.put(number, previous);
            }
            previous = number;
        }
        executions =
                session.query(EXECUTIONS).set(CONVERSATION, id).set(END, end).list();
        for (CallPart part : OpenCalls.partsOnPath(session, id, end)) {
            of(part).lastIsCall().put(part.number(), part.isCall());
        }
        for (CallPart part : OpenCalls.parts(session, id)) {
            of(part).firstIsCall().putIfAbsent(part.number(), part.isCall());
        }
    }

    private Parts of(CallPart part) {
        return parts.computeIfAbsent(part.callId(), call -> new Parts(new TreeMap<>(), new TreeMap<>()));
    }

    /**
     * Where a path has to end so that no call is open.
     *
     * @param number of the last message; null if all of it is behind an open call
     * @param call the number of the message with the first of the calls
     */
    record Place(@Nullable Long number, long call) {}

    /** The place before a call that is open at the end of a path, and before all that are open there. */
    static Place before(Session session, ConversationId id, long end, long call) throws SQLException {
        OverlappingCalls calls = new OverlappingCalls(session, id, end);
        long first = call;
        Long number = calls.before.get(first);
        Long open = number == null ? null : calls.firstOpen(number);
        while (open != null) {
            first = open;
            number = calls.before.get(first);
            open = number == null ? null : calls.firstOpen(number);
        }
        return new Place(number, first);
    }

    /** The number of the first message with a call that is open after a number; null if none is. */
    private @Nullable Long firstOpen(long end) {
        Long first = null;
        for (Answered each : executions) {
            if (each.call() <= end && each.answer() > end && (first == null || each.call() < first)) {
                first = each.call();
            }
        }
        for (Parts each : parts.values()) {
            Map.Entry<Long, Boolean> last = each.lastIsCall().floorEntry(end);
            Map.Entry<Long, Boolean> next = each.firstIsCall().higherEntry(end);
            boolean isOpen = last != null && last.getValue() && next != null && !next.getValue();
            if (isOpen && (first == null || last.getKey() < first)) {
                first = last.getKey();
            }
        }
        return first;
    }
}
