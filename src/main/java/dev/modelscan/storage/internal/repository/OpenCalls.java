package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.schema.tables.Messages;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Finds the call of a tool that is made on a path, and answered only after its last message. Tool executions
 * tell by their links to messages, parts by the id that a call and its answer share. A call that was never
 * answered keeps nothing together.
 */
final class OpenCalls {

    /** The number of the path's last message. */
    private static final Parameter<Long> END = Parameter.of("end", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);

    private static final Parameter<ConversationId> CONVERSATION = MessageMapping.CONVERSATION_ID.parameter();

    private record First(@Nullable Long number) {}

    /** Begins with the answers after the end: mostly there are few. */
    private static final CompiledQuery<First> BY_EXECUTIONS =
            CompiledQuery.rows("message.openExecution", row -> new First(row.find(Codec.LONG, 1)), () -> {
                Messages answer = MESSAGES.as("answer");
                return DSL.select(DSL.min(MESSAGES.SEQUENCE_NUMBER))
                        .from(answer)
                        .join(TOOL_EXECUTIONS)
                        .on(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.eq(answer.ID))
                        .join(MESSAGES)
                        .on(MESSAGES.ID.eq(TOOL_EXECUTIONS.MESSAGE_ID))
                        .where(answer.CONVERSATION_ID.eq(CONVERSATION.param()))
                        .and(answer.SEQUENCE_NUMBER.gt(END.param()))
                        .and(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                        .and(MESSAGES.SEQUENCE_NUMBER.le(END.param()))
                        .and(Paths.isOnPath(MESSAGES.SEQUENCE_NUMBER));
            });

    private record CallPart(long number, int position, PartKind kind, String callId) {}

    /** The calls and answers on the path, and all that come later. */
    private static final CompiledQuery<CallPart> PARTS = CompiledQuery.rows(
            "message.callParts",
            row -> new CallPart(
                    row.get(Codec.LONG, 1),
                    row.get(Codec.INTEGER, 2),
                    row.get(Codec.text(Formats.PART_KIND), 3),
                    row.get(Codec.TEXT, 4)),
            () -> DSL.select(
                            MESSAGES.SEQUENCE_NUMBER, MESSAGE_PARTS.POSITION, MESSAGE_PARTS.KIND, MESSAGE_PARTS.CALL_ID)
                    .from(MESSAGES)
                    .join(MESSAGE_PARTS)
                    .on(MESSAGE_PARTS.MESSAGE_ID.eq(MESSAGES.ID))
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(MESSAGE_PARTS.CALL_ID.isNotNull())
                    .and(MESSAGE_PARTS.KIND.in(
                            DSL.inline(PartKind.TOOL_CALL, MESSAGE_PARTS.KIND),
                            DSL.inline(PartKind.TOOL_RESULT, MESSAGE_PARTS.KIND)))
                    .and(MESSAGES.SEQUENCE_NUMBER.gt(END.param()).or(Paths.isOnPath(MESSAGES.SEQUENCE_NUMBER))));

    private OpenCalls() {}

    /** The number of the first message with a call that is open after a number; null if none is. */
    static @Nullable Long first(Session session, ConversationId id, long end) throws SQLException {
        First execution =
                session.query(BY_EXECUTIONS).set(CONVERSATION, id).set(END, end).first();
        Long part = firstPart(
                session.query(PARTS).set(CONVERSATION, id).set(END, end).list(), end);
        return earlier(execution == null ? null : execution.number(), part);
    }

    private static @Nullable Long earlier(@Nullable Long first, @Nullable Long second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return Math.min(first, second);
    }

    /** Programs use an id again, so an answer belongs to the last call before it. */
    private static @Nullable Long firstPart(List<CallPart> parts, long end) {
        Map<String, Long> open = new HashMap<>();
        Long first = null;
        List<CallPart> ordered = parts.stream()
                .sorted(Comparator.comparingLong(CallPart::number).thenComparingInt(CallPart::position))
                .toList();
        for (CallPart part : ordered) {
            boolean call = part.kind() == PartKind.TOOL_CALL;
            if (part.number() <= end && call) {
                open.put(part.callId(), part.number());
                continue;
            }
            Long answered = open.remove(part.callId());
            if (part.number() > end && !call && answered != null) {
                first = earlier(first, answered);
            }
        }
        return first;
    }
}
