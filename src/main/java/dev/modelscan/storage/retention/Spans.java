package dev.modelscan.storage.retention;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.schema.tables.MessageParts;
import dev.modelscan.storage.schema.tables.Messages;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The answered calls of a conversation, each with the numbers of its first and last message. Reading them all costs as
 * much as the conversation is long. So it happens once, and each transaction reads only what came since.
 */
final class Spans {

    private final ConversationId id;

    /** The number of the newest message when it was read. */
    private final long seen;

    /** The last answer first. */
    private final List<Span> known;

    private Spans(ConversationId id, long seen, List<Span> known) {
        this.id = id;
        this.seen = seen;
        this.known = known;
    }

    /** The numbers of the messages of a call and of its answer. */
    private record Span(long call, long answer) {

        static Span of(Record2<Long, Long> row) {
            return new Span(row.value1(), row.value2());
        }
    }

    static Spans of(DSLContext dsl, ConversationId id) {
        // Before the spans: a message that comes in between is looked at again.
        Long newest = dsl.select(DSL.max(MESSAGES.SEQUENCE_NUMBER))
                .from(MESSAGES)
                .where(MESSAGES.CONVERSATION_ID.eq(id))
                .fetchOne(0, Long.class);
        List<Span> spans = new ArrayList<>(ofParts(dsl, id));
        spans.addAll(ofExecutions(dsl, id));
        spans.sort(Comparator.comparingLong(Span::answer).reversed());
        return new Spans(id, newest == null ? 0 : newest, spans);
    }

    /** A number that is not above this one, and before which every call has its answer, or has none at all. */
    long unparted(long number) {
        long cut = number;
        for (Span span : known) {
            if (span.answer() < cut) {
                break;
            }
            cut = Math.min(cut, span.call());
        }
        return cut;
    }

    /**
     * {@link #unparted(long)}, also by what was answered since. All calls before the first number are gone, or stay.
     */
    long unparted(DSLContext dsl, long from, long number) {
        long cut = unparted(number);
        while (true) {
            long first = firstAnsweredSince(dsl, from, cut);
            if (first >= cut) {
                return cut;
            }
            cut = unparted(first);
        }
    }

    private long firstAnsweredSince(DSLContext dsl, long from, long cut) {
        Messages caller = MESSAGES.as("caller");
        Messages answerer = MESSAGES.as("answerer");
        Condition called = caller.CONVERSATION_ID
                .eq(id)
                .and(caller.SEQUENCE_NUMBER.ge(from))
                .and(caller.SEQUENCE_NUMBER.lt(cut));
        MessageParts answer = MESSAGE_PARTS.as("answer");
        // Of two lower bounds SQLite may begin at the lower one, and read all messages that stay.
        Condition since = answerer.SEQUENCE_NUMBER.ge(Math.max(cut, seen + 1));
        Long byPart = dsl.select(DSL.min(caller.SEQUENCE_NUMBER))
                .from(caller)
                .join(MESSAGE_PARTS)
                .on(MESSAGE_PARTS.MESSAGE_ID.eq(caller.ID))
                .where(called)
                .and(MESSAGE_PARTS.KIND.eq(PartKind.TOOL_CALL))
                .and(MESSAGE_PARTS.CALL_ID.in(DSL.select(answer.CALL_ID)
                        .from(answerer)
                        .join(answer)
                        .on(answer.MESSAGE_ID.eq(answerer.ID))
                        .where(answerer.CONVERSATION_ID.eq(id))
                        .and(since)
                        .and(answer.KIND.eq(PartKind.TOOL_RESULT))))
                .fetchOne(0, Long.class);
        // An execution may be told its answer at any time. As a join, all messages that stay might be read for each
        // call.
        Long byExecution = dsl.select(DSL.min(caller.SEQUENCE_NUMBER))
                .from(caller)
                .join(TOOL_EXECUTIONS)
                .on(TOOL_EXECUTIONS.MESSAGE_ID.eq(caller.ID))
                .where(called)
                .and(DSL.field(DSL.select(answerer.SEQUENCE_NUMBER)
                                .from(answerer)
                                .where(answerer.ID.eq(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID))
                                .and(answerer.CONVERSATION_ID.eq(id)))
                        .ge(cut))
                .fetchOne(0, Long.class);
        return LongStream.of(orCut(byPart, cut), orCut(byExecution, cut)).min().getAsLong();
    }

    private static long orCut(@Nullable Long number, long cut) {
        return number == null ? cut : number;
    }

    /** By the execution that names both messages. */
    private static List<Span> ofExecutions(DSLContext dsl, ConversationId id) {
        Messages caller = MESSAGES.as("caller");
        Messages answerer = MESSAGES.as("answerer");
        return dsl.select(caller.SEQUENCE_NUMBER, answerer.SEQUENCE_NUMBER)
                .from(answerer)
                .join(TOOL_EXECUTIONS)
                .on(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.eq(answerer.ID))
                .join(caller)
                .on(caller.ID.eq(TOOL_EXECUTIONS.MESSAGE_ID))
                .where(answerer.CONVERSATION_ID.eq(id))
                .and(caller.CONVERSATION_ID.eq(id))
                .and(caller.SEQUENCE_NUMBER.lt(answerer.SEQUENCE_NUMBER))
                .fetch(Span::of);
    }

    /** By the id in the parts of both messages; of an id that is used again, from the first call to the last answer. */
    private static List<Span> ofParts(DSLContext dsl, ConversationId id) {
        Field<Long> call = DSL.min(DSL.when(MESSAGE_PARTS.KIND.eq(PartKind.TOOL_CALL), MESSAGES.SEQUENCE_NUMBER));
        Field<Long> answer = DSL.max(DSL.when(MESSAGE_PARTS.KIND.eq(PartKind.TOOL_RESULT), MESSAGES.SEQUENCE_NUMBER));
        return dsl.select(call, answer)
                .from(MESSAGES)
                .join(MESSAGE_PARTS)
                .on(MESSAGE_PARTS.MESSAGE_ID.eq(MESSAGES.ID))
                .where(MESSAGES.CONVERSATION_ID.eq(id))
                .and(MESSAGE_PARTS.CALL_ID.isNotNull())
                .groupBy(MESSAGE_PARTS.CALL_ID)
                .having(call.lt(answer))
                .fetch(Span::of);
    }
}
