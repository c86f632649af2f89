package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.erasure.ErasureProgress;
import dev.modelscan.storage.erasure.ErasureProgress.Phase;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.internal.erasure.ErasureRules.Edge;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Finds what belongs to what is erased: in the tables, in the archive, and in the audit log, table by table. A table comes after
 * those whose keys its rows refer to, so each is read once.
 *
 * <p>If others write meanwhile, each row is locked before what refers to it is looked for, so nobody can add more of that: who
 * tries waits for the end of the erasure, and then finds no such row.
 */
final class ErasureSearch {

    private final Session session;
    private final ErasureRequest request;
    private final List<Reference> references;
    private final List<Edge> edges;
    private final Map<String, Map<String, String>> roots;
    private final ErasureTables tables;
    private final ErasedKeys keys = new ErasedKeys();

    private final ErasureSeen seen = new ErasureSeen();
    private final Set<String> answered = new LinkedHashSet<>();
    private final Set<String> answeredLive = new LinkedHashSet<>();

    private final ErasedSummaries summaries;

    /**
     * A search in a session.
     *
     * @param locks whether to lock the rows that are found
     */
    ErasureSearch(Session session, ErasureRequest request, boolean locks) throws SQLException {
        this.session = session;
        this.request = request;
        Catalog catalog = session.dialect().catalog();
        this.references = catalog.references(session);
        this.tables = new ErasureTables(session, references, locks);
        this.summaries = new ErasedSummaries(session, tables, keys);
        this.edges = ErasureRules.edges(request, references, tables);
        this.roots = ErasureRules.roots(request);
    }

    ErasureRequest request() {
        return request;
    }

    List<Reference> references() {
        return references;
    }

    ErasedKeys keys() {
        return keys;
    }

    /** What the agent that is erased may be called as an actor. */
    Set<String> actors() {
        Set<String> actors = new TreeSet<>(seen.names());
        if (ofAgent()) {
            actors.add(request.id());
        }
        return actors;
    }

    /** What rows that were found refer to in a table. */
    Set<String> seen(String table) {
        return seen.in(table);
    }

    /** Executions of others that the agent answered at some time; they may be gone. */
    Set<String> answered() {
        return answered;
    }

    /** Those that are there, and that nobody else has answered since. */
    Set<String> answeredLive() {
        return answeredLive;
    }

    ErasureTables tables() {
        return tables;
    }

    private Catalog.Table table(String name) {
        return tables.get(name);
    }

    /** Those of what rows refer to that are there, to which nothing refers by these keys but what is erased. */
    private Set<String> unused(String table, List<Reference> by) throws SQLException {
        return tables.unused(table, seen.liveIn(table), by, keys);
    }

    boolean ofAgent() {
        return request.kind() == ErasureRequest.Kind.AGENT;
    }

    /** Finds all of it. */
    void run(Consumer<? super ErasureProgress> listener) throws SQLException {
        List<String> order = ErasureOrder.of(roots.keySet(), edges, ofAgent());
        int done = 0;
        if (request.kind() == ErasureRequest.Kind.EXTERNAL_ID) {
            findMessagesByOrigin();
        }
        for (String table : order) {
            listener.accept(new ErasureProgress(Phase.FIND, done++, order.size()));
            find(table);
            if (table.equals(MESSAGES.getName())) {
                followMessages();
            }
        }
        if (ofAgent()) {
            seen.names().removeAll(tables.namesOfOthers(seen.names(), request.id()));
            findAnswered();
        }
        summaries.find();
        String workflows = WORKFLOWS.getName();
        addLiveByKey(
                workflows,
                unused(workflows, referencesTo(workflows)),
                " AND t." + PlainSql.quoted(WORKFLOWS.SOURCE_FORMAT.getName()) + " IS NOT NULL");
        String sources = SOURCES.getName();
        addLiveByKey(sources, unused(sources, referencesTo(sources)), "");
        ErasureRules.requireReached(request, references, tables, keys);
        listener.accept(new ErasureProgress(Phase.FIND, done, order.size()));
    }

    private List<Reference> referencesTo(String table) {
        return references.stream().filter(each -> each.target().equals(table)).toList();
    }

    private void find(String table) throws SQLException {
        if (!tables.has(table)) {
            return;
        }
        Map<String, String> root = roots.getOrDefault(table, Map.of());
        if (root.containsKey(AGENTS.ID.getName())) {
            keys.add(table, request.id());
        }
        List<Edge> own =
                edges.stream().filter(edge -> edge.table().equals(table)).toList();
        boolean again = true;
        while (again) {
            int before = keys.all(table).size();
            find(table, own, root);
            // Rows of a table of the application's may refer to rows of the same table.
            again = keys.all(table).size() > before
                    && own.stream().anyMatch(edge -> edge.target().equals(table));
        }
    }

    private void find(String table, List<Edge> own, Map<String, String> root) throws SQLException {
        // Whoever is deleting such rows ends before, and what they were is in the archive and the log by then.
        forEachLive(table, own, root, tables::hold);
        ErasureHistory history = new ErasureHistory(keys, own, root);
        ErasureDocuments.forEachKept(session, table, kept -> {
            if (history.take(table, ErasureDocuments.key(table(table), kept.document()), kept)) {
                see(table, kept.document());
            }
        });
        ErasureDocuments.forEachLogged(session, table, logged -> {
            if (history.take(table, logged.key(), logged)) {
                see(table, logged.document());
            }
        });
        Set<String> wanted = history.all();
        wanted.removeAll(keys.all(table));
        forEachLive(table, own, root, this::addLive);
        wanted.addAll(keys.live(table));
        if (!wanted.isEmpty()) {
            findLives(table, own, new ErasureLives(keys, own, root, wanted), wanted);
        }
    }

    /** Tells apart the rows that had a key one after the other. */
    private void findLives(String table, List<Edge> own, ErasureLives lives, Set<String> wanted) throws SQLException {
        ErasureDocuments.forEachKept(
                session, table, kept -> lives.take(ErasureDocuments.key(table(table), kept.document()), kept));
        ErasureDocuments.forEachLogged(session, table, lives::take);
        Set<String> there = Set.of();
        if (table(table).key().size() == 1) {
            for (Edge edge : own) {
                // It lost the reference when what it belonged to was deleted, and has found nobody else since.
                addLiveByKey(table, lives.lost(edge), " AND t." + PlainSql.quoted(edge.column()) + " IS NULL");
            }
            there = tables.there(table, wanted);
        }
        lives.addTo(table, there);
    }

    private void see(String table, JsonNode document) {
        for (ErasureFollowed each : ErasureFollowed.of(table)) {
            ErasureDocuments.values(document, each.column()).forEach(value -> seen.add(each.target(), value, false));
        }
        if (table.equals(MESSAGES.getName())) {
            summaries.see(document);
        }
    }

    /** Messages have their external ids in a table of their own. */
    private void findMessagesByOrigin() throws SQLException {
        String table = MESSAGE_ORIGINS.getName();
        find(table, List.of(), ErasureRules.origin(request));
        keys.all(table).forEach(message -> keys.add(MESSAGES.getName(), message));
        addLiveByKey(MESSAGES.getName(), keys.live(table), "");
    }

    /** Tasks whose messages are all erased; and conversations of an agent that have nobody else's, deleted ones included. */
    private void followMessages() throws SQLException {
        String followed = ofAgent() ? CONVERSATIONS.getName() : TASKS.getName();
        List<Reference> only = referencesTo(followed).stream()
                .filter(each -> each.table().equals(MESSAGES.getName()))
                .toList();
        Set<String> ofOthers = ofOthers((ofAgent() ? MESSAGES.CONVERSATION_ID : MESSAGES.TASK_ID).getName());
        Set<String> unused = unused(followed, only);
        unused.removeAll(ofOthers);
        addLiveByKey(followed, unused, "");
        if (!ofAgent()) {
            Set<String> deleted = new LinkedHashSet<>(seen(followed));
            deleted.removeAll(tables.there(followed, deleted));
            deleted.removeAll(ofOthers);
            deleted.forEach(task -> keys.add(followed, task));
        }
    }

    /** What deleted messages that are not erased have in a column. */
    private Set<String> ofOthers(String column) throws SQLException {
        Set<String> named = new LinkedHashSet<>();
        String messages = MESSAGES.getName();
        ErasureDocuments.forEachKept(session, messages, kept -> {
            String key = ErasureDocuments.key(table(messages), kept.document());
            if (!keys.has(messages, key, kept)) {
                named.addAll(ErasureDocuments.values(kept.document(), column));
            }
        });
        return named;
    }

    /** Executions of others that the agent answered. */
    private void findAnswered() throws SQLException {
        Catalog.Table table = table(TOOL_EXECUTIONS.getName());
        Edge edge = Edge.of(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID, MESSAGES);
        ErasureHistory history = new ErasureHistory(keys, List.of(edge), Map.of());
        ErasureDocuments.forEachKept(session, table.name(), kept -> {
            if (kept.emptied() == null || kept.emptied().equals(edge.column())) {
                history.take("", ErasureDocuments.key(table, kept.document()), kept);
            }
        });
        ErasureDocuments.forEachLogged(session, table.name(), logged -> history.take("", logged.key(), logged));
        answeredLive.addAll(tables.where(table.name(), edge.column(), keys.live(MESSAGES.getName()), ""));
        // It lost the reference when the answer was deleted, and nobody else has answered since.
        String lost = " AND t." + PlainSql.quoted(edge.column()) + " IS NULL";
        answeredLive.addAll(tables.where(table.name(), tables.id(table.name()), history.all(), lost));
        answered.addAll(history.all());
        answered.addAll(answeredLive);
        List.of(answered, answeredLive).forEach(all -> all.removeAll(keys.all(table.name())));
    }

    /** Takes the condition of rows {@code t}. */
    @FunctionalInterface
    private interface Rows {
        void take(String table, String condition, List<String> values) throws SQLException;
    }

    private void forEachLive(String table, List<Edge> own, Map<String, String> root, Rows rows) throws SQLException {
        if (!root.isEmpty()) {
            rows.take(table, ErasureRules.isRoot(root), List.copyOf(root.values()));
        }
        for (Edge edge : own) {
            for (List<String> list : ErasedKeys.lists(keys.live(edge.target()))) {
                rows.take(table, tables.value(table, edge.column()) + ErasedKeys.in(list), list);
            }
        }
    }

    private void addLiveByKey(String table, Set<String> wanted, String and) throws SQLException {
        for (List<String> list : ErasedKeys.lists(wanted)) {
            addLive(table, tables.value(table, table(table).key().get(0)) + ErasedKeys.in(list) + and, list);
        }
    }

    /** Adds rows, and what they refer to. */
    private void addLive(String table, String condition, List<String> values) throws SQLException {
        List<ErasureFollowed> followed = ErasureFollowed.of(table);
        StringBuilder columns = new StringBuilder(tables.key(table));
        followed.forEach(each -> columns.append(", t.").append(PlainSql.quoted(each.column())));
        String sql = "SELECT " + columns + " FROM " + PlainSql.table(session, table) + " t WHERE " + condition
                + tables.lock();
        PlainSql.rows(session, sql, values, row -> {
            String key = row.getString(1);
            if (key == null) {
                keys.addUnkeyed(table, 1);
            } else {
                keys.addLive(table, key);
            }
            for (int i = 0; i < followed.size(); i++) {
                seen.add(followed.get(i).target(), row.getString(i + 2), true);
            }
            return true;
        });
    }

    /** Blobs that rows referred to and that are gone by now, so they are erased as well. */
    Set<String> releasedBlobs() throws SQLException {
        Set<String> released = new LinkedHashSet<>(seen(BLOBS.getName()));
        released.removeAll(tables.there(BLOBS.getName(), released));
        return released;
    }

    /** How many of the blobs that rows referred to are there. */
    long blobsThere() throws SQLException {
        return (long) seen(BLOBS.getName()).size() - releasedBlobs().size();
    }

    /** Blobs that nothing else refers to. */
    Set<String> blobsToRelease() throws SQLException {
        Set<String> unused = unused(
                BLOBS.getName(),
                referencesTo(BLOBS.getName()).stream()
                        .filter(each -> each.onDelete() != Catalog.OnDelete.CASCADE)
                        .toList());
        unused.removeAll(releasedBlobs());
        return unused;
    }
}
