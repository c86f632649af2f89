package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;

import dev.modelscan.storage.conversations.Conversation;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** What a conversation is called: its title, or else its id in the file that it was imported from. */
final class Title {

    private Title() {}

    static @Nullable String of(Conversation conversation) {
        return conversation.title() == null ? conversation.origin().externalId() : conversation.title();
    }

    /** The same in a query of conversations. */
    static Field<String> field() {
        return DSL.coalesce(CONVERSATIONS.TITLE, CONVERSATIONS.EXTERNAL_ID);
    }
}
