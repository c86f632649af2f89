package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.Collection;
import org.jooq.Condition;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Locks conversations, so that nobody adds a message or moves a head until the transaction ends: whoever does takes the same lock.
 * One writer at a time needs none.
 */
public final class ConversationLock {

    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();
    private static final Parameter<String> MESSAGE_IDS = Parameter.of("ids", Codec.TEXT, String.class);

    /** A conversation that is locked, and its head; null if it has no branches. */
    public record Held(@Nullable MessageId head) {}

    private static final CompiledQuery<Held> HOLD = CompiledQuery.rows(
            "message.holdConversation", row -> new Held(row.find(Codec.id(MessageId::new), 1)), () -> DSL.select(
                            CONVERSATIONS.HEAD_ID)
                    .from(CONVERSATIONS)
                    .where(CONVERSATIONS.ID.eq(CONVERSATION.param()))
                    .forUpdate());

    private static final CompiledQuery<Integer> HOLD_OF = CompiledQuery.rows(
            "message.holdConversationsOf", row -> row.get(Codec.INTEGER, 1), () -> DSL.select(DSL.inline(1))
                    .from(CONVERSATIONS)
                    .where(isOfMessages())
                    .orderBy(CONVERSATIONS.ID)
                    .forUpdate());

    private ConversationLock() {}

    /** PostgreSQL expects few ids in an array, and looks them up; without it, it would read all conversations. */
    private static Condition isOfMessages() {
        Select<Record1<ConversationId>> ids = DSL.select(MESSAGES.CONVERSATION_ID)
                .from(MESSAGES)
                .where(MESSAGES.ID.in(IdList.select(MESSAGE_IDS.param(), MESSAGES.ID)));
        Condition among = CONVERSATIONS.ID.in(ids);
        Condition sought = CONVERSATIONS.ID.eq(DSL.any(DSL.array(ids)));
        return CustomCondition.of(
                context -> context.visit(Engines.expressions(context).withHint(among, sought)));
    }

    /** Null if there is no such conversation. */
    public static @Nullable Held hold(Session session, ConversationId id) throws SQLException {
        return session.query(HOLD).set(CONVERSATION, id).first();
    }

    /** Locks the conversations of these messages, in one order. */
    static void holdOf(Session session, Collection<MessageId> ids) throws SQLException {
        if (session.dialect().locksRows()) {
            session.query(HOLD_OF).set(MESSAGE_IDS, IdList.text(ids)).list();
        }
    }
}
