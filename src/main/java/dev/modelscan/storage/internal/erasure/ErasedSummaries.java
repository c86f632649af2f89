package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds summaries that tell of erased messages, in conversations that stay; the messages may be gone before. */
final class ErasedSummaries {

    private static final String CONVERSATION = COMPACTIONS.CONVERSATION_ID.getName();
    private static final String NUMBER = COMPACTIONS.SEQUENCE_NUMBER.getName();

    private final Session session;
    private final ErasureTables tables;
    private final ErasedKeys keys;

    /** The number of the first erased message of each conversation: summaries from there on tell of it. */
    private final Map<String, Long> first = new HashMap<>();

    ErasedSummaries(Session session, ErasureTables tables, ErasedKeys keys) {
        this.session = session;
        this.tables = tables;
        this.keys = keys;
    }

    /** Takes an erased message of the archive or the log. */
    void see(JsonNode message) {
        JsonNode number = message.path(MESSAGES.SEQUENCE_NUMBER.getName());
        if (number.isIntegralNumber()) {
            see(message.path(MESSAGES.CONVERSATION_ID.getName()).asText(), number.asLong());
        }
    }

    private long see(String conversation, long number) {
        return first.merge(conversation, number, Math::min);
    }

    /** Finds them, once all messages are found. */
    void find() throws SQLException {
        for (List<String> list : ErasedKeys.lists(keys.live(MESSAGES.getName()))) {
            PlainSql.rows(
                    session,
                    "SELECT " + column(CONVERSATION) + ", min(" + column(NUMBER) + ") FROM "
                            + PlainSql.table(session, MESSAGES.getName()) + " t WHERE "
                            + column(MESSAGES.ID.getName()) + ErasedKeys.in(list) + " GROUP BY "
                            + column(CONVERSATION),
                    list,
                    row -> see(row.getString(1), row.getLong(2)));
        }
        Catalog.Table table = tables.get(COMPACTIONS.getName());
        for (List<String> list : ErasedKeys.lists(first.keySet())) {
            PlainSql.rows(
                    session,
                    "SELECT " + tables.key(table.name()) + ", " + column(CONVERSATION) + ", " + column(NUMBER)
                            + " FROM " + PlainSql.table(session, table.name()) + " t WHERE " + column(CONVERSATION)
                            + ErasedKeys.in(list) + tables.lock(),
                    list,
                    row -> addLive(row.getString(1), row.getString(2), row.getLong(3)));
        }
        ErasureDocuments.forEachKept(
                session, table.name(), kept -> add(ErasureDocuments.key(table, kept.document()), kept.document()));
        ErasureDocuments.forEachLogged(session, table.name(), logged -> add(logged.key(), logged.document()));
    }

    private static String column(String name) {
        return "t." + PlainSql.quoted(name);
    }

    private boolean addLive(String key, String conversation, long number) {
        boolean tells = tells(conversation, number);
        if (tells) {
            keys.addLive(COMPACTIONS.getName(), key);
        }
        return tells;
    }

    private void add(@Nullable String key, JsonNode summary) {
        if (key != null
                && tells(
                        summary.path(CONVERSATION).asText(),
                        summary.path(NUMBER).asLong())) {
            keys.add(COMPACTIONS.getName(), key);
        }
    }

    private boolean tells(String conversation, long number) {
        return number >= first.getOrDefault(conversation, Long.MAX_VALUE);
    }
}
