package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.AGENTS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.conversations.MessageRole;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What narrows a search that found nothing.
 *
 * @param words whether it has words
 * @param any whether it has filters
 * @param sender the value of {@code sender:}; null if it has none
 */
record SearchFilters(boolean words, boolean any, @Nullable String sender) {

    private static final Pattern PART =
            Pattern.compile("(sender|tool|after|before):(\"[^\"]*\"|\\S+)|\"[^\"]*\"|[^\\s\"*]+|\\*");

    /** Those of a query that was taken, so that each is there once. */
    static SearchFilters of(String query) {
        boolean words = false;
        boolean any = false;
        String sender = null;
        Matcher part = PART.matcher(query);
        while (part.find()) {
            any |= part.group(1) != null;
            words |= part.group(1) == null;
            if ("sender".equals(part.group(1))) {
                sender = part.group(2).replace("\"", "");
            }
        }
        return new SearchFilters(words, any, sender);
    }

    /** What was not found. */
    String missing() {
        String parts = words ? "these words" + (any ? " and these filters" : "") : "these filters";
        return "messages or calls of tools with " + parts;
    }

    /**
     * Sends a statement if there is a sender.
     *
     * @throws IllegalArgumentException if no agent and no role is called so
     */
    void requireSender(Database db) {
        if (sender == null
                || Arrays.stream(MessageRole.values())
                        .anyMatch(role -> role.code().equals(sender))) {
            return;
        }
        // As text: what a user writes need not be an id.
        boolean isThere = db.dsl()
                .fetchExists(
                        AGENTS,
                        AGENTS.NAME.eq(sender).or(AGENTS.ID.coerce(String.class).eq(sender)));
        if (!isThere) {
            throw new IllegalArgumentException(
                    "no agent has the name or id, and no message the role " + sender + "; list agents shows them");
        }
    }
}
