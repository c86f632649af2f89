package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.query.Catalog.OnDelete;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.BranchDeletion;
import dev.modelscan.storage.internal.repository.ConversationLock;
import dev.modelscan.storage.internal.repository.MessageColumns;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jooq.Table;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/** Removes rows that are there, and takes content and references from rows that stay. */
final class ErasureOfRows {

    /** What is removed, in this order: what goes with a row by a foreign key needs no statement. */
    private static final List<Table<?>> REMOVED =
            List.of(TOOL_EXECUTIONS, MODEL_CALLS, CONVERSATIONS, MESSAGES, TASKS, WORKFLOWS, SOURCES, AGENTS);

    /**
     * Rows that stay, and what is set in them.
     *
     * @param set SQL, with the new agent as its only parameter if there is one
     */
    private record Change(String table, Set<String> keys, String set) {}

    private final Session session;
    private final ErasureSearch search;
    private final ErasedKeys keys;

    ErasureOfRows(Session session, ErasureSearch search) {
        this.session = session;
        this.search = search;
        this.keys = search.keys();
    }

    /** How many rows are removed, by table; blobs are not counted before they are gone. */
    Map<String, Long> removed() {
        Map<String, Long> removed = new TreeMap<>(keys.counts());
        if (search.request().pseudonymises()) {
            ErasedContent.TABLES.forEach(table -> removed.remove(table.getName()));
        }
        return removed;
    }

    /** How many rows stay and change, by table. */
    Map<String, Long> changed() throws SQLException {
        Map<String, Set<String>> changed = new TreeMap<>();
        for (Change change : changes()) {
            changed.computeIfAbsent(change.table(), name -> new LinkedHashSet<>())
                    .addAll(change.keys());
        }
        Map<String, Long> counts = new TreeMap<>();
        for (Reference reference : search.references()) {
            if (!empties(reference)) {
                continue;
            }
            String table = reference.table();
            if (search.tables().get(table).key().isEmpty()) {
                // Rows that nobody can tell apart.
                counts.merge(table, search.tables().count(reference, keys.live(reference.target())), Long::sum);
            } else {
                changed.computeIfAbsent(table, name -> new LinkedHashSet<>()).addAll(referring(reference));
            }
        }
        changed.forEach((table, all) -> counts.put(table, (long) all.size()));
        counts.values().removeIf(rows -> rows == 0);
        return counts;
    }

    /** Whether the database takes the reference from rows that refer to what is erased. */
    private boolean empties(Reference reference) {
        boolean stays = search.request().pseudonymises()
                && ErasedContent.TABLES.stream()
                        .anyMatch(table -> table.getName().equals(reference.target()));
        return (reference.onDelete() == OnDelete.SET_NULL || reference.onDelete() == OnDelete.SET_DEFAULT)
                && search.tables().isByKey(reference)
                && !stays;
    }

    /** The rows that stay and refer to what is erased. */
    private Set<String> referring(Reference reference) throws SQLException {
        Set<String> referring =
                search.tables().where(reference.table(), reference.columns().get(0), keys.live(reference.target()), "");
        referring.removeAll(keys.live(reference.table()));
        return referring;
    }

    /**
     * Refuses if rows of the application's refer to what is erased, and their foreign key neither deletes nor empties them.
     *
     * @throws dev.modelscan.storage.errors.ReferenceException names the table
     */
    void requireFree() throws SQLException {
        for (Reference reference : search.references()) {
            boolean erased = search.request().pseudonymises()
                    ? reference.target().equals(AGENTS.getName())
                    : !ErasureRules.OWN.contains(reference.table());
            if (reference.onDelete() != OnDelete.REFUSE
                    || ErasureRules.OWN.contains(reference.table())
                    || !search.tables().isByKey(reference)
                    || !erased) {
                continue;
            }
            if (!referring(reference).isEmpty()) {
                throw ErasureRules.refused(
                        search.request(),
                        "rows of the table " + reference.table() + " refer to it by "
                                + reference.columns().get(0)
                                + ", whose foreign key does not say what becomes of them; delete them first");
            }
        }
    }

    private Set<String> received() throws SQLException {
        String table = MESSAGES.getName();
        Set<String> found =
                search.tables().where(table, MESSAGES.RECEIVER_ID.getName(), keys.live(AGENTS.getName()), "");
        found.removeAll(keys.live(table));
        return found;
    }

    private List<Change> changes() throws SQLException {
        List<Change> changes = new ArrayList<>();
        if (!search.ofAgent()) {
            return changes;
        }
        boolean stays = search.request().pseudonymises();
        changes.add(new Change(
                MESSAGES.getName(), received(), ErasedContent.set(MESSAGES.RECEIVER_ID, stays ? "?" : "NULL")));
        changes.add(new Change(TOOL_EXECUTIONS.getName(), search.answeredLive(), ErasedContent.ANSWER));
        Set<String> titled = new LinkedHashSet<>(search.seen(CONVERSATIONS.getName()));
        titled.removeAll(keys.live(CONVERSATIONS.getName()));
        changes.add(new Change(CONVERSATIONS.getName(), withTitle(titled), ErasedContent.TITLE));
        if (stays) {
            ErasedContent.TABLES.forEach(table ->
                    changes.add(new Change(table.getName(), keys.live(table.getName()), ErasedContent.of(table))));
        }
        return changes;
    }

    private Set<String> withTitle(Set<String> conversations) throws SQLException {
        Set<String> found = new LinkedHashSet<>();
        String id = PlainSql.quoted(CONVERSATIONS.ID.getName());
        for (List<String> list : ErasedKeys.lists(conversations)) {
            found.addAll(PlainSql.rows(
                    session,
                    "SELECT " + id + " FROM " + PlainSql.table(session, CONVERSATIONS.getName()) + " WHERE "
                            + PlainSql.quoted(CONVERSATIONS.TITLE.getName()) + " IS NOT NULL AND " + id
                            + ErasedKeys.in(list),
                    list,
                    row -> row.getString(1)));
        }
        return found;
    }

    /** Removes and changes. */
    void apply(@Nullable AgentId pseudonym, Instant now) throws SQLException {
        for (Change change : changes()) {
            apply(change, pseudonym);
        }
        deleteCompactions();
        if (search.request().pseudonymises()) {
            if (pseudonym != null) {
                moveTo(pseudonym);
            }
            deleteBesideWhatStays();
        } else {
            joinBranches(now);
            for (Table<?> table : REMOVED) {
                delete(table.getName(), idOf(table), keys.live(table.getName()));
            }
        }
    }

    /** Gives what stays to a new agent. */
    private void moveTo(AgentId pseudonym) throws SQLException {
        for (TableField<?, ?> column : ErasedContent.AGENT) {
            String name = PlainSql.quoted(column.getName());
            for (String agent : keys.live(AGENTS.getName())) {
                PlainSql.update(
                        session,
                        "UPDATE " + PlainSql.table(session, column.getTable().getName()) + " SET " + name
                                + " = ? WHERE " + name + " = ?",
                        List.of(pseudonym.value(), agent));
            }
        }
    }

    /** The old agent, and what goes with it. Its records stay, even if it was deleted before and there is no new one. */
    private void deleteBesideWhatStays() throws SQLException {
        delete(MESSAGE_PARTS.getName(), MESSAGE_PARTS.MESSAGE_ID.getName(), keys.live(MESSAGES.getName()));
        for (Table<?> table : List.of(MESSAGE_ORIGINS, WORKFLOWS, SOURCES, AGENTS)) {
            delete(table.getName(), idOf(table), keys.live(table.getName()));
        }
    }

    private String idOf(Table<?> table) {
        return search.tables().id(table.getName());
    }

    /** Their key has two columns. Most go with the conversation; those of others' conversations do not. */
    private void deleteCompactions() throws SQLException {
        String table = COMPACTIONS.getName();
        for (List<String> list : ErasedKeys.lists(keys.live(table))) {
            PlainSql.update(
                    session,
                    "DELETE FROM " + PlainSql.table(session, table) + " AS t WHERE "
                            + search.tables().key(table) + ErasedKeys.in(list),
                    list);
        }
    }

    /**
     * Deletes messages of conversations that stay and have branches, one by one, so that what follows each follows the one before it.
     * That is how a repository deletes them, too.
     */
    private void joinBranches(Instant now) throws SQLException {
        for (List<String> list : ErasedKeys.lists(keys.live(MESSAGES.getName()))) {
            List<String> branched = PlainSql.rows(
                    session,
                    "SELECT t." + PlainSql.quoted(MESSAGES.ID.getName()) + ", c."
                            + PlainSql.quoted(CONVERSATIONS.ID.getName()) + " FROM "
                            + PlainSql.table(session, MESSAGES.getName()) + " t JOIN "
                            + PlainSql.table(session, CONVERSATIONS.getName()) + " c ON c."
                            + PlainSql.quoted(CONVERSATIONS.ID.getName()) + " = t."
                            + PlainSql.quoted(MESSAGES.CONVERSATION_ID.getName()) + " WHERE c."
                            + PlainSql.quoted(CONVERSATIONS.HEAD_ID.getName()) + " IS NOT NULL AND t."
                            + PlainSql.quoted(MESSAGES.ID.getName()) + ErasedKeys.in(list),
                    list,
                    row -> keys.live(CONVERSATIONS.getName()).contains(row.getString(2)) ? "" : row.getString(1));
            for (String id : branched) {
                if (!id.isEmpty()) {
                    deleteOnBranch(new MessageId(id), now);
                }
            }
        }
    }

    private void deleteOnBranch(MessageId id, Instant now) throws SQLException {
        Message message = session.query(MessageColumns.MAPPING.byId)
                .set(MessageColumns.ID.parameter(), id)
                .first();
        if (message != null) {
            ConversationLock.Held held = ConversationLock.hold(session, message.conversationId());
            BranchDeletion.unlink(session, message, held != null && id.equals(held.head()), now);
            session.query(MessageColumns.MAPPING.delete)
                    .set(MessageColumns.ID.parameter(), id)
                    .update();
        }
    }

    private void apply(Change change, @Nullable AgentId pseudonym) throws SQLException {
        String key = search.tables().id(change.table());
        for (List<String> list : ErasedKeys.lists(change.keys())) {
            List<String> values = new ArrayList<>(list);
            if (change.set().contains("?") && pseudonym != null) {
                values.add(0, pseudonym.value());
            }
            PlainSql.update(
                    session,
                    "UPDATE " + PlainSql.table(session, change.table()) + " SET " + change.set() + " WHERE "
                            + PlainSql.quoted(key) + ErasedKeys.in(list),
                    values);
        }
    }

    private void delete(String table, String column, Set<String> values) throws SQLException {
        for (List<String> list : ErasedKeys.lists(values)) {
            PlainSql.update(
                    session,
                    "DELETE FROM " + PlainSql.table(session, table) + " WHERE " + PlainSql.quoted(column)
                            + ErasedKeys.in(list),
                    list);
        }
    }
}
