package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Locks the conversations of which something is erased, before all else. Whoever adds a message locks its conversation,
 * and then refers to rows that the erasure holds: in another order the two would wait for each other. They still may if a conversation begins meanwhile; then
 * PostgreSQL ends one of the two, which is tried again.
 */
final class ErasureLock {

    private ErasureLock() {}

    static void holdAll(Session session, ErasureRequest request) throws SQLException {
        if (!session.dialect().locksRows()) {
            return;
        }
        String id = PlainSql.quoted(CONVERSATIONS.ID.getName());
        String conversation = "t." + PlainSql.quoted(MESSAGES.CONVERSATION_ID.getName());
        String ofMessages = "SELECT " + conversation + " FROM " + PlainSql.table(session, MESSAGES.getName()) + " t";
        List<String> queries = new ArrayList<>();
        List<String> values = new ArrayList<>();
        ErasureRules.roots(request).forEach((table, root) -> {
            String isRoot = " FROM " + PlainSql.table(session, table) + " t WHERE " + ErasureRules.isRoot(root);
            if (table.equals(CONVERSATIONS.getName())) {
                queries.add("SELECT t." + id + isRoot);
            } else if (table.equals(AGENTS.getName())) {
                queries.add(ofMessages + " WHERE t." + PlainSql.quoted(MESSAGES.SENDER_ID.getName()) + " = ?");
            } else if (table.equals(TASKS.getName())) {
                queries.add(ofMessages + " WHERE t." + PlainSql.quoted(MESSAGES.TASK_ID.getName()) + " IN (SELECT t."
                        + PlainSql.quoted(TASKS.ID.getName()) + isRoot + ')');
            } else {
                return;
            }
            values.addAll(root.values());
        });
        if (request.kind() == ErasureRequest.Kind.EXTERNAL_ID) {
            Map<String, String> origin = ErasureRules.origin(request);
            queries.add("SELECT " + conversation + " FROM " + PlainSql.table(session, MESSAGE_ORIGINS.getName())
                    + " t WHERE " + ErasureRules.isRoot(origin));
            values.addAll(origin.values());
        }
        PlainSql.rows(
                session,
                "SELECT 1 FROM " + PlainSql.table(session, CONVERSATIONS.getName()) + " WHERE " + id + " IN ("
                        + String.join(" UNION ALL ", queries) + ") ORDER BY " + id + " FOR UPDATE",
                values,
                row -> true);
    }
}
