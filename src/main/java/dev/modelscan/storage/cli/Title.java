package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.MessageRole;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * What a conversation is called: its title, or else how the first message of a user begins, or else its id in the file that it was
 * imported from.
 */
final class Title {

    private static final int MOST_CHARACTERS = 200;

    /** If a user says nothing in so many, the others are not looked at: a list has many conversations. */
    private static final int FIRST_MESSAGES = 20;

    private Title() {}

    /** Sends a statement if the conversation has no title of its own. */
    static @Nullable String of(Repositories db, Conversation conversation) {
        return conversation.title() != null
                ? conversation.title()
                : shown(db.dsl()
                        .select(field())
                        .from(CONVERSATIONS)
                        .where(CONVERSATIONS.ID.eq(conversation.id()))
                        .fetchSingle()
                        .value1());
    }

    /** The same in a query of conversations, to be {@link #shown}. */
    static Field<String> field() {
        return DSL.coalesce(
                CONVERSATIONS.TITLE,
                DSL.field(DSL.select(DSL.substring(MESSAGES.CONTENT, 1, MOST_CHARACTERS))
                        .from(MESSAGES)
                        .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                        .and(MESSAGES.SEQUENCE_NUMBER.le((long) FIRST_MESSAGES))
                        .and(MESSAGES.ROLE.eq(MessageRole.USER))
                        .and(DSL.trim(MESSAGES.CONTENT).ne(""))
                        .orderBy(MESSAGES.SEQUENCE_NUMBER)
                        .limit(1)),
                CONVERSATIONS.EXTERNAL_ID);
    }

    /** The value of the field without the space around it; null if there is no more. */
    static @Nullable String shown(@Nullable String title) {
        return title == null || title.isBlank() ? null : title.strip();
    }
}
