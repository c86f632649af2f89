package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.time.Instant;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Joins what follows a message to the message before it, so that the message can be deleted. */
public final class BranchDeletion {

    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();
    private static final Parameter<Long> NUMBER = MessageColumns.SEQUENCE_NUMBER.parameter();
    private static final Parameter<MessageId> ID = MessageColumns.ID.parameter();
    private static final Parameter<MessageId> BEFORE = MessageColumns.PARENT_ID.parameter();
    private static final Parameter<Instant> NOW = MessageColumns.UPDATED_AT.parameter();

    private static final CompiledQuery<MessageId> PREVIOUS = CompiledQuery.rows(
            "message.previous", row -> row.get(Codec.id(MessageId::new), 1), () -> DSL.select(MESSAGES.ID)
                    .from(MESSAGES)
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(MESSAGES.SEQUENCE_NUMBER.lt(NUMBER.param()))
                    .orderBy(MESSAGES.SEQUENCE_NUMBER.desc())
                    .limit(DSL.inline(1)));

    private static final CompiledQuery<MessageId> NEWEST_OTHER = CompiledQuery.rows(
            "message.newestOther", row -> row.get(Codec.id(MessageId::new), 1), () -> DSL.select(MESSAGES.ID)
                    .from(MESSAGES)
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(MESSAGES.ID.ne(ID.param()))
                    .orderBy(MESSAGES.SEQUENCE_NUMBER.desc())
                    .limit(DSL.inline(1)));

    /** The messages that follow it by name. Without a message before it, each begins a path of its own. */
    private static final CompiledQuery<Void> MOVE_CHILDREN =
            CompiledQuery.command("message.moveChildren", () -> DSL.update(MESSAGES)
                    .set(MESSAGES.PARENT_ID, DSL.coalesce(BEFORE.param(), MESSAGES.ID))
                    .set(MESSAGES.VERSION, MESSAGES.VERSION.plus(DSL.inline(1L)))
                    .set(MESSAGES.UPDATED_AT, Mapping.notBefore(MESSAGES.CREATED_AT, NOW.param()))
                    .where(MESSAGES.PARENT_ID.eq(ID.param()))
                    .and(MESSAGES.ID.ne(ID.param())));

    /** The message that follows it by number. */
    private static final CompiledQuery<Void> MOVE_NEXT =
            CompiledQuery.command("message.moveNext", () -> DSL.update(MESSAGES)
                    .set(MESSAGES.PARENT_ID, DSL.coalesce(BEFORE.param(), MESSAGES.ID))
                    .set(MESSAGES.VERSION, MESSAGES.VERSION.plus(DSL.inline(1L)))
                    .set(MESSAGES.UPDATED_AT, Mapping.notBefore(MESSAGES.CREATED_AT, NOW.param()))
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(MESSAGES.PARENT_ID.isNull())
                    .and(MESSAGES.SEQUENCE_NUMBER.eq(DSL.field(DSL.select(DSL.min(next().SEQUENCE_NUMBER))
                            .from(next())
                            .where(next().CONVERSATION_ID.eq(CONVERSATION.param()))
                            .and(next().SEQUENCE_NUMBER.gt(NUMBER.param()))))));

    private BranchDeletion() {}

    private static dev.modelscan.storage.schema.tables.Messages next() {
        return MESSAGES.as("next");
    }

    /** The message before another one on every path; null if there is none. */
    static @Nullable MessageId before(Session session, Message message) throws SQLException {
        if (message.parentId() != null) {
            return message.parentId().equals(message.id()) ? null : message.parentId();
        }
        return session.query(PREVIOUS)
                .set(CONVERSATION, message.conversationId())
                .set(NUMBER, message.sequenceNumber())
                .first();
    }

    /** Makes all that refers to a message refer to the one before it, in a conversation that has branches and is held. */
    public static void unlink(Session session, Message message, boolean isHead, Instant now) throws SQLException {
        ConversationId conversation = message.conversationId();
        MessageId before = before(session, message);
        session.query(MOVE_CHILDREN)
                .set(BEFORE, before)
                .set(NOW, now)
                .set(ID, message.id())
                .update();
        if (message.parentId() != null) {
            session.query(MOVE_NEXT)
                    .set(BEFORE, before)
                    .set(NOW, now)
                    .set(CONVERSATION, conversation)
                    .set(NUMBER, message.sequenceNumber())
                    .update();
        }
        if (isHead) {
            MessageId next = before != null
                    ? before
                    : session.query(NEWEST_OTHER)
                            .set(CONVERSATION, conversation)
                            .set(ID, message.id())
                            .first();
            Placement.setHead(session, conversation, next);
        }
    }
}
