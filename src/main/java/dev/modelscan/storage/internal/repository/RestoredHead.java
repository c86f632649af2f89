package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.List;
import org.jooq.Field;

/** The head of a conversation to which a deleted message has come back. */
final class RestoredHead {

    private static final String MESSAGE = of("m", MESSAGES.ID);
    private static final String PARENT = of("m", MESSAGES.PARENT_ID);
    private static final String CONVERSATION = of("t", CONVERSATIONS.ID);
    private static final String HEAD = of("t", CONVERSATIONS.HEAD_ID);

    private RestoredHead() {}

    private static String of(String table, Field<?> column) {
        return table + '.' + PlainSql.quoted(column.getName());
    }

    /**
     * A conversation whose messages were all deleted has no head, and ends with its newest message. If a message with a
     * parent comes back, it has branches again: what was created meanwhile stays the end. A message that was the head is
     * it again only if the head is still the message before it, which the deletion made the head.
     */
    static void give(Session session, String message, boolean wasHead) throws SQLException {
        String messages = PlainSql.table(session, MESSAGES.getName());
        String others = " FROM " + messages + " o WHERE " + of("o", MESSAGES.CONVERSATION_ID) + " = " + CONVERSATION;
        String newestOther = " ORDER BY " + of("o", MESSAGES.SEQUENCE_NUMBER) + " DESC LIMIT 1)";
        String ids = "(SELECT " + of("o", MESSAGES.ID) + others;
        String before = "coalesce(nullif(" + PARENT + ", " + MESSAGE + "), " + ids + " AND "
                + of("o", MESSAGES.SEQUENCE_NUMBER) + " < " + of("m", MESSAGES.SEQUENCE_NUMBER) + newestOther + ')';
        String branched = "EXISTS (SELECT 1" + others + " AND " + of("o", MESSAGES.PARENT_ID) + " IS NOT NULL)";
        PlainSql.update(
                session,
                "UPDATE " + PlainSql.table(session, CONVERSATIONS.getName()) + " AS t SET "
                        + PlainSql.quoted(CONVERSATIONS.HEAD_ID.getName()) + " = CASE WHEN " + HEAD + " IS NULL THEN "
                        + ids + newestOther + " ELSE " + MESSAGE + " END FROM " + messages + " m WHERE " + MESSAGE
                        + " = ? AND " + CONVERSATION + " = " + of("m", MESSAGES.CONVERSATION_ID) + " AND (" + HEAD
                        + " IS NULL AND " + branched + (wasHead ? " OR " + HEAD + " = " + before : "") + ')',
                List.of(message));
    }
}
