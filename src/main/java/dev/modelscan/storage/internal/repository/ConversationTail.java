package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationCounts;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Counts the messages of a conversation, and cuts it after one of them. */
final class ConversationTail {

    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();
    private static final Parameter<Long> NUMBER = MessageColumns.SEQUENCE_NUMBER.parameter();

    private record Counts(
            long messages, long unread, @Nullable Instant last) {}

    private static final CompiledQuery<Counts> COUNTS = CompiledQuery.rows(
            "conversation.counts",
            row -> new Counts(row.get(Codec.LONG, 1), row.get(Codec.LONG, 2), row.find(Codec.TIME, 3)),
            () -> DSL.select(
                            DSL.count(),
                            DSL.count(DSL.when(
                                    MESSAGES.READ_AT.isNull().and(MESSAGES.RECEIVER_ID.isNotNull()), DSL.inline(1))),
                            DSL.max(MESSAGES.CREATED_AT))
                    .from(MESSAGES)
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param())));

    private static final CompiledQuery<Void> CUT =
            CompiledQuery.command("conversation.cut", () -> DSL.deleteFrom(MESSAGES)
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(MESSAGES.SEQUENCE_NUMBER.gt(NUMBER.param())));

    private ConversationTail() {}

    static ConversationCounts counts(Session session, Conversation conversation) throws SQLException {
        Counts counts = Objects.requireNonNull(
                session.query(COUNTS).set(CONVERSATION, conversation.id()).first());
        return new ConversationCounts(conversation, counts.messages(), counts.unread(), counts.last());
    }

    /** Deletes what comes after a message of a conversation without branches; all of it if there is no message. */
    static void cut(Session session, ConversationId id, @Nullable MessageId after) throws SQLException {
        ConversationLock.Held held = ConversationLock.hold(session, id);
        if (held == null) {
            throw new NotFoundException("conversation", id.value());
        }
        if (held.head() != null) {
            throw new InvalidDataException(
                    "conversation",
                    id.value(),
                    "headId",
                    "is set: it has branches; go back with fork, which keeps them");
        }
        long last = after == null
                ? 0
                : Branches.cut(session, id, after, InsideToolCall.REFUSE).sequenceNumber();
        session.query(CUT).set(CONVERSATION, id).set(NUMBER, last).update();
    }
}
