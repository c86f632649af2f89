package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_PENDING;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.query.Catalog.OnDelete;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.repository.Entities;
import dev.modelscan.storage.internal.repository.Entity;
import dev.modelscan.storage.internal.repository.SqlConversationRepository;
import dev.modelscan.storage.schema.DefaultSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Table;
import org.jooq.TableField;

/** What belongs to an agent, a conversation, or an external id: by rules of the library, and by foreign keys that delete. */
final class ErasureRules {

    /** A row of a table belongs to the row of another one whose key is in the column. */
    record Edge(String table, String column, String target) {

        static Edge of(TableField<?, ?> column, Table<?> target) {
            return new Edge(column.getTable().getName(), column.getName(), target.getName());
        }
    }

    /** The library's tables. */
    static final Set<String> OWN =
            DefaultSchema.DEFAULT_SCHEMA.tableStream().map(Table::getName).collect(Collectors.toSet());

    /** What is looked for elsewhere than in tables of records. */
    private static final Set<String> APART = Set.of(
            AUDIT_ENTRIES.getName(),
            AUDIT_PENDING.getName(),
            DELETED_RECORDS.getName(),
            DELETED_ROWS.getName(),
            DELETED_BLOBS.getName(),
            BLOBS.getName());

    private static final List<Edge> OF_CONTENT = List.of(
            Edge.of(MESSAGES.CONVERSATION_ID, CONVERSATIONS),
            Edge.of(COMPACTIONS.CONVERSATION_ID, CONVERSATIONS),
            Edge.of(TOOL_EXECUTIONS.MESSAGE_ID, MESSAGES),
            Edge.of(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID, MESSAGES),
            Edge.of(TOOL_EXECUTIONS.TASK_ID, TASKS),
            Edge.of(MODEL_CALLS.MESSAGE_ID, MESSAGES),
            Edge.of(MODEL_CALLS.TASK_ID, TASKS));

    private static final List<Edge> OF_AGENT = List.of(
            Edge.of(MESSAGES.SENDER_ID, AGENTS),
            Edge.of(TASKS.AGENT_ID, AGENTS),
            Edge.of(TOOL_EXECUTIONS.AGENT_ID, AGENTS),
            Edge.of(MODEL_CALLS.AGENT_ID, AGENTS),
            Edge.of(TOOL_EXECUTIONS.MESSAGE_ID, MESSAGES),
            Edge.of(MODEL_CALLS.MESSAGE_ID, MESSAGES),
            Edge.of(COMPACTIONS.CONVERSATION_ID, CONVERSATIONS));

    private static final Map<String, String> TABLES_OF_KINDS = tablesOfKinds();

    private ErasureRules() {}

    private static Map<String, String> tablesOfKinds() {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put(SqlConversationRepository.ENTITY, CONVERSATIONS.getName());
        for (Entity<?> entity : Entities.ALL) {
            Columns<?> columns = entity.columns().get();
            tables.put(columns.owner(), columns.table().getName());
        }
        return tables;
    }

    /** The table of a kind of deleted records; an empty text if none of them are ever erased. */
    static String tableOf(String kind) {
        return TABLES_OF_KINDS.getOrDefault(kind, "");
    }

    /** The tables in which it begins, with the columns that have the given values. */
    static Map<String, Map<String, String>> roots(ErasureRequest request) {
        Map<String, Map<String, String>> roots = new LinkedHashMap<>();
        switch (request.kind()) {
            case AGENT -> roots.put(AGENTS.getName(), Map.of(AGENTS.ID.getName(), request.id()));
            case CONVERSATION -> roots.put(CONVERSATIONS.getName(), Map.of(CONVERSATIONS.ID.getName(), request.id()));
            case EXTERNAL_ID -> {
                Map<String, String> origin = origin(request);
                List.of(CONVERSATIONS, TASKS, WORKFLOWS, MODEL_CALLS)
                        .forEach(table -> roots.put(table.getName(), origin));
            }
        }
        return roots;
    }

    /** The columns of an origin, which have the same names in each table. */
    static Map<String, String> origin(ErasureRequest request) {
        return Map.of(
                TASKS.SOURCE_FORMAT.getName(), String.valueOf(request.format()),
                TASKS.EXTERNAL_ID.getName(), request.id());
    }

    /** The rows {@code t} that have the values of a root, which are the parameters. */
    static String isRoot(Map<String, String> values) {
        return values.keySet().stream()
                .map(column -> "t." + PlainSql.quoted(column) + " = ?")
                .collect(Collectors.joining(" AND "));
    }

    /** What belongs to what, by the library's rules first. */
    static List<Edge> edges(ErasureRequest request, List<Reference> references, ErasureTables tables) {
        boolean ofAgent = request.kind() == ErasureRequest.Kind.AGENT;
        List<Edge> edges = new ArrayList<>(ofAgent ? OF_AGENT : OF_CONTENT);
        if (request.kind() == ErasureRequest.Kind.EXTERNAL_ID) {
            edges.add(Edge.of(MESSAGES.TASK_ID, TASKS));
        }
        for (Reference reference : references) {
            if (reference.onDelete() != OnDelete.CASCADE || APART.contains(reference.target())) {
                continue;
            }
            boolean stays = request.pseudonymises()
                    && !OWN.contains(reference.table())
                    && OWN.contains(reference.target())
                    && !reference.target().equals(AGENTS.getName());
            if (!tables.isByKey(reference) || stays) {
                continue;
            }
            Edge edge = new Edge(reference.table(), reference.columns().get(0), reference.target());
            if (!edges.contains(edge)) {
                edges.add(edge);
            }
        }
        return edges;
    }

    /**
     * Refuses what foreign keys of the application's would delete without anybody knowing which rows.
     *
     * @throws ReferenceException if there is such a key of a table of which rows are erased
     */
    static void requireReached(
            ErasureRequest request, List<Reference> references, ErasureTables tables, ErasedKeys keys) {
        for (Reference reference : references) {
            if (!tables.isByKey(reference)
                    && reference.onDelete() == OnDelete.CASCADE
                    && !OWN.contains(reference.table())
                    && !keys.live(reference.target()).isEmpty()) {
                throw refused(
                        request,
                        "rows of the table " + reference.table() + " are deleted with those of " + reference.target()
                                + ", and "
                                + (reference.isForeign() ? "it is in another schema" : "by other columns than its key")
                                + ", so nobody would know which; delete them first, and drop that foreign key");
            }
        }
    }

    /** What an erasure is refused with, without a word of what was to be erased. */
    static ReferenceException refused(ErasureRequest request, String why) {
        return new ReferenceException("nothing was erased: " + why, name(request), null, null);
    }

    /** The kind in messages. */
    static String name(ErasureRequest request) {
        return switch (request.kind()) {
            case AGENT -> "agent";
            case CONVERSATION -> "conversation";
            case EXTERNAL_ID -> "external id";
        };
    }
}
