package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.schema.tables.Messages;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Finds the call of a tool that is made on a path, and answered only after its last message. Tool executions
 * tell by their links to messages, parts by the id that a call and its answer share. A call that was never
 * answered keeps nothing together.
 *
 * <p>Of the two sides of the path's end, the shorter one is read whole. Of the other one as much is read, from the end
 * on, as it takes to find what belongs to the first. So near the beginning and near the end of a conversation it does
 * not count how long that is.
 */
final class OpenCalls {

    /** How many numbers are read at once. Each further read takes four times as many. */
    private static final long FIRST_WINDOW = 64;

    private static final long LARGEST_WINDOW = 65_536;

    /** The number of the path's last message. */
    private static final Parameter<Long> END = Parameter.of("end", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);

    private static final Parameter<Long> AFTER = Parameter.of("after", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);
    private static final Parameter<Long> UP_TO = Parameter.of("upTo", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);
    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();

    private record First(@Nullable Long number) {}

    private static final CompiledQuery<First> BY_ANSWERS = execution("message.openExecution", true);
    private static final CompiledQuery<First> BY_CALLS = execution("message.openExecutionByCall", false);

    record CallPart(long number, int position, PartKind kind, String callId) {

        boolean isCall() {
            return kind == PartKind.TOOL_CALL;
        }
    }

    private static final Comparator<CallPart> ORDER =
            Comparator.comparingLong(CallPart::number).thenComparingInt(CallPart::position);

    private static final CompiledQuery<CallPart> ON_PATH = parts("message.callPartsOnPath", true);
    private static final CompiledQuery<CallPart> LATER = parts("message.callPartsLater", false);

    /** A call and the answer to it, by the numbers of their messages. */
    private record Answered(long call, long answer) {}

    /** Of the answers after a number on a path. */
    private static final CompiledQuery<Answered> ANSWERED = CompiledQuery.rows(
            "message.answeredExecutions", row -> new Answered(row.get(Codec.LONG, 1), row.get(Codec.LONG, 2)), () -> {
                Messages answer = MESSAGES.as("answer");
                return DSL.select(MESSAGES.SEQUENCE_NUMBER, answer.SEQUENCE_NUMBER)
                        .from(answer)
                        .crossJoin(TOOL_EXECUTIONS)
                        .crossJoin(MESSAGES)
                        .where(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.eq(answer.ID))
                        .and(TOOL_EXECUTIONS.MESSAGE_ID.eq(MESSAGES.ID))
                        .and(answer.CONVERSATION_ID.eq(CONVERSATION.param()))
                        .and(answer.SEQUENCE_NUMBER.gt(AFTER.param()))
                        .and(answer.SEQUENCE_NUMBER.le(END.param()))
                        .and(Paths.isOnPath(answer.SEQUENCE_NUMBER))
                        .and(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                        .and(MESSAGES.SEQUENCE_NUMBER.lt(answer.SEQUENCE_NUMBER))
                        .and(Paths.isOnPath(MESSAGES.SEQUENCE_NUMBER));
            });

    private final Session session;
    private final ConversationId id;
    private final long end;
    private final long newest;

    private OpenCalls(Session session, ConversationId id, long end, long newest) {
        this.session = session;
        this.id = id;
        this.end = end;
        this.newest = newest;
    }

    /** Cross joins, because SQLite keeps their order: it begins with the side that is shorter. */
    private static CompiledQuery<First> execution(String name, boolean byAnswers) {
        return CompiledQuery.rows(name, row -> new First(row.find(Codec.LONG, 1)), () -> {
            Messages answer = MESSAGES.as("answer");
            return DSL.select(DSL.min(MESSAGES.SEQUENCE_NUMBER))
                    .from(byAnswers ? answer : MESSAGES)
                    .crossJoin(TOOL_EXECUTIONS)
                    .crossJoin(byAnswers ? MESSAGES : answer)
                    .where(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.eq(answer.ID))
                    .and(TOOL_EXECUTIONS.MESSAGE_ID.eq(MESSAGES.ID))
                    .and(answer.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(answer.SEQUENCE_NUMBER.gt(END.param()))
                    .and(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(MESSAGES.SEQUENCE_NUMBER.le(END.param()))
                    .and(Paths.isOnPath(MESSAGES.SEQUENCE_NUMBER));
        });
    }

    /** Calls and answers in messages with numbers of a range. */
    private static CompiledQuery<CallPart> parts(String name, boolean onPath) {
        return CompiledQuery.rows(
                name,
                row -> new CallPart(
                        row.get(Codec.LONG, 1),
                        row.get(Codec.INTEGER, 2),
                        row.get(Codec.text(Formats.PART_KIND), 3),
                        row.get(Codec.TEXT, 4)),
                () -> {
                    Condition condition = onPath ? Paths.isOnPath(MESSAGES.SEQUENCE_NUMBER) : DSL.noCondition();
                    return DSL.select(
                                    MESSAGES.SEQUENCE_NUMBER,
                                    MESSAGE_PARTS.POSITION,
                                    MESSAGE_PARTS.KIND,
                                    MESSAGE_PARTS.CALL_ID)
                            .from(MESSAGES)
                            .crossJoin(MESSAGE_PARTS)
                            .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                            .and(MESSAGES.SEQUENCE_NUMBER.gt(AFTER.param()))
                            .and(MESSAGES.SEQUENCE_NUMBER.le(UP_TO.param()))
                            .and(MESSAGE_PARTS.MESSAGE_ID.eq(MESSAGES.ID))
                            .and(MESSAGE_PARTS.CALL_ID.isNotNull())
                            .and(MESSAGE_PARTS.KIND.in(
                                    DSL.inline(PartKind.TOOL_CALL, MESSAGE_PARTS.KIND),
                                    DSL.inline(PartKind.TOOL_RESULT, MESSAGE_PARTS.KIND)))
                            .and(condition);
                });
    }

    /**
     * The number after which a part of a path may begin, so that it has no answer without its call: the given number, or that of the
     * last answer that has to be left out. The part is read once, and of what is before it as much as it takes to find the calls.
     *
     * @param after the number after which the part would begin
     * @param end the number of the path's last message, or a larger one
     */
    static long behindAnswers(Session session, ConversationId id, long after, long end) throws SQLException {
        List<Answered> answered = new ArrayList<>(session.query(ANSWERED)
                .set(CONVERSATION, id)
                .set(AFTER, after)
                .set(END, end)
                .list());
        answered.addAll(new OpenCalls(session, id, after, after).answeredParts(end));
        answered.sort(Comparator.comparingLong(Answered::call));
        long behind = after;
        for (Answered each : answered) {
            if (each.call() <= behind) {
                behind = Math.max(behind, each.answer());
            }
        }
        return behind;
    }

    /** Programs use an id again, so an answer belongs to the call that is the part before it with that id. */
    private List<Answered> answeredParts(long last) throws SQLException {
        List<CallPart> parts = sorted(session.query(ON_PATH)
                .set(CONVERSATION, id)
                .set(AFTER, end)
                .set(UP_TO, last)
                .set(END, last));
        Set<String> called = new HashSet<>();
        Set<String> wanted = new HashSet<>();
        for (CallPart part : parts) {
            if (called.add(part.callId()) && !part.isCall()) {
                wanted.add(part.callId());
            }
        }
        Map<String, CallPart> before = new HashMap<>();
        read(false, before, wanted);
        List<Answered> answered = new ArrayList<>();
        for (CallPart part : parts) {
            CallPart previous = before.put(part.callId(), part);
            if (previous != null && previous.isCall() && !part.isCall()) {
                answered.add(new Answered(previous.number(), part.number()));
            }
        }
        return answered;
    }

    /** All of a path, in their order. */
    static List<CallPart> partsOnPath(Session session, ConversationId id, long end) throws SQLException {
        return sorted(session.query(ON_PATH)
                .set(CONVERSATION, id)
                .set(AFTER, 0L)
                .set(UP_TO, end)
                .set(END, end));
    }

    /** All of a conversation, in their order. */
    static List<CallPart> allParts(Session session, ConversationId id) throws SQLException {
        return sorted(session.query(LATER).set(CONVERSATION, id).set(AFTER, 0L).set(UP_TO, Long.MAX_VALUE));
    }

    private static List<CallPart> sorted(Execution<CallPart> execution) throws SQLException {
        return execution.list().stream().sorted(ORDER).toList();
    }

    /** The number of the first message with a call that is open after a number; null if none is. */
    static @Nullable Long first(Session session, ConversationId id, long end) throws SQLException {
        Long newest = Paths.newestNumber(session, id);
        return newest == null || newest <= end ? null : new OpenCalls(session, id, end, newest).first();
    }

    private @Nullable Long first() throws SQLException {
        boolean byAnswers = newest - end <= end;
        First execution = session.query(byAnswers ? BY_ANSWERS : BY_CALLS)
                .set(CONVERSATION, id)
                .set(END, end)
                .first();
        return earlier(execution == null ? null : execution.number(), firstPart(byAnswers));
    }

    private static @Nullable Long earlier(@Nullable Long first, @Nullable Long second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return Math.min(first, second);
    }

    /** Programs use an id again, so a call is open if it comes last before the end, and an answer first after it. */
    private @Nullable Long firstPart(boolean byAnswers) throws SQLException {
        Map<String, CallPart> near = new HashMap<>();
        read(byAnswers, near, null);
        near.values().removeIf(part -> part.isCall() == byAnswers);
        Map<String, CallPart> far = new HashMap<>();
        read(!byAnswers, far, new HashSet<>(near.keySet()));
        far.values().removeIf(part -> part.isCall() != byAnswers);
        Long first = null;
        for (Map.Entry<String, CallPart> entry : far.entrySet()) {
            CallPart call = byAnswers ? entry.getValue() : near.get(entry.getKey());
            first = call == null ? first : earlier(first, call.number());
        }
        return first;
    }

    /**
     * Adds the part that is nearest to the end, for each id.
     *
     * @param wanted the ids to look for, of which none are left if all were found; null for all
     */
    private void read(boolean later, Map<String, CallPart> nearest, @Nullable Set<String> wanted) throws SQLException {
        long reached = end;
        long window = FIRST_WINDOW;
        while ((later ? reached < newest : reached > 0) && (wanted == null || !wanted.isEmpty())) {
            long next = later ? Math.min(reached + window, newest) : Math.max(reached - window, 0);
            Execution<CallPart> execution = session.query(later ? LATER : ON_PATH)
                    .set(CONVERSATION, id)
                    .set(AFTER, Math.min(reached, next))
                    .set(UP_TO, Math.max(reached, next));
            List<CallPart> parts =
                    later ? execution.list() : execution.set(END, end).list();
            parts.stream().sorted(later ? ORDER : ORDER.reversed()).forEach(part -> {
                if (wanted == null || wanted.remove(part.callId())) {
                    nearest.putIfAbsent(part.callId(), part);
                }
            });
            reached = next;
            window = Math.min(window * 4, LARGEST_WINDOW);
        }
    }
}
