package dev.modelscan.storage.internal.search;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.errors.SearchIndexException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.IdList;
import dev.modelscan.storage.internal.repository.MessageColumns;
import dev.modelscan.storage.internal.repository.MessageParts;
import dev.modelscan.storage.internal.repository.ToolExecutionColumns;
import dev.modelscan.storage.internal.search.SearchKeys.HitKey;
import dev.modelscan.storage.internal.search.SearchKeys.HitKind;
import dev.modelscan.storage.internal.search.SearchSnippets.Snippet;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.search.Search;
import dev.modelscan.storage.search.SearchHit;
import dev.modelscan.storage.search.SearchProgress;
import dev.modelscan.storage.tools.ToolExecution;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys of a page with one statement, which is put together for each query, and their records with one for each
 * kind.
 */
public final class SqlSearch implements Search {

    private static final String INDEX = "search index";
    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    private static final CompiledQuery<Message> MESSAGES_BY_IDS = CompiledQuery.rows(
            "search.messages", MessageColumns.MAPPING.mapper, () -> DSL.select(MessageColumns.COLUMNS.fields())
                    .from(MESSAGES)
                    .where(MESSAGES.ID.in(IdList.select(IDS.param(), MESSAGES.ID))));

    private static final CompiledQuery<ToolExecution> TOOLS_BY_IDS = CompiledQuery.rows(
            "search.tools", ToolExecutionColumns::map, () -> DSL.select(ToolExecutionColumns.COLUMNS.fields())
                    .from(TOOL_EXECUTIONS)
                    .where(TOOL_EXECUTIONS.ID.in(IdList.select(IDS.param(), TOOL_EXECUTIONS.ID))));

    private final Sessions sessions;

    public SqlSearch(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public boolean isEnabled() {
        return sessions.read(INDEX, null, SearchScripts::state) == SearchScripts.WHOLE;
    }

    @Override
    public boolean enable() {
        return !isEnabled() && make(false, null);
    }

    @Override
    public boolean enable(Consumer<? super SearchProgress> progress) {
        Objects.requireNonNull(progress, "progress");
        return !isEnabled() && make(false, progress);
    }

    @Override
    public void rebuild() {
        make(true, null);
    }

    @Override
    public void rebuild(Consumer<? super SearchProgress> progress) {
        make(true, Objects.requireNonNull(progress, "progress"));
    }

    private boolean make(boolean again, @Nullable Consumer<? super SearchProgress> progress) {
        return sessions.writeMany(INDEX, null, session -> {
            sessions.takeTurn(session, INDEX);
            // Another process may have made it meanwhile.
            if (!again && SearchScripts.state(session) == SearchScripts.WHOLE) {
                return false;
            }
            try (SearchBuild watch = SearchBuild.watched(session, sessions, progress)) {
                SearchScripts.make(session, watch::at);
            }
            return true;
        });
    }

    @Override
    public void disable() {
        sessions.writeMany(INDEX, null, session -> {
            sessions.takeTurn(session, INDEX);
            SearchScripts.run(session, "drop");
            return true;
        });
    }

    @Override
    public Page<SearchHit> find(String query, PageRequest request) {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(request, "request");
        Ranges.require("limit", request.limit(), 1, MAX_LIMIT);
        SearchQuery parsed = SearchQuery.parse(query);
        return sessions.read(null, null, session -> find(session, parsed, request));
    }

    private static Page<SearchHit> find(Session session, SearchQuery query, PageRequest request) throws SQLException {
        int state = SearchScripts.state(session);
        if (state != SearchScripts.WHOLE) {
            throw new SearchIndexException(state > 0);
        }
        List<HitKey> keys = new ArrayList<>();
        boolean more = SearchKeys.addTo(keys, session, query, request);
        Optional<PageRequest> next = more
                ? Optional.of(PageRequest.after(keys.get(keys.size() - 1).cursor(), request.limit()))
                : Optional.empty();
        return new Page<>(hits(session, query, keys), next);
    }

    private static List<SearchHit> hits(Session session, SearchQuery query, List<HitKey> keys) throws SQLException {
        Map<String, SearchHit> tools = new HashMap<>();
        for (ToolExecution tool : records(session, TOOLS_BY_IDS, ids(keys, HitKind.TOOL))) {
            Snippet found = SearchSnippets.best(texts(tool), query.terms());
            tools.put(tool.id().value(), new SearchHit(null, tool, found.text(), found.marks()));
        }
        Map<String, SearchHit> messages = new HashMap<>();
        Map<MessageId, Message> unseen = new LinkedHashMap<>();
        for (Message message : records(session, MESSAGES_BY_IDS, ids(keys, HitKind.MESSAGE))) {
            Snippet found = SearchSnippets.best(List.of(message.content()), query.terms());
            messages.put(message.id().value(), new SearchHit(message, null, found.text(), found.marks()));
            if (found.terms() < query.terms().size()) {
                unseen.put(message.id(), message);
            }
        }
        // It is a part that has the words.
        for (Map.Entry<MessageId, List<MessagePart>> parts :
                parts(session, unseen).entrySet()) {
            Message message = Objects.requireNonNull(unseen.get(parts.getKey()));
            Snippet found = SearchSnippets.best(texts(message, parts.getValue()), query.terms());
            messages.put(message.id().value(), new SearchHit(message, null, found.text(), found.marks()));
        }
        List<SearchHit> hits = new ArrayList<>();
        for (HitKey key : keys) {
            SearchHit hit = (key.kind() == HitKind.TOOL ? tools : messages).get(key.id());
            // A record may have been deleted since its key was read.
            if (hit != null) {
                hits.add(hit);
            }
        }
        return hits;
    }

    private static List<String> ids(List<HitKey> keys, HitKind kind) {
        return keys.stream().filter(key -> key.kind() == kind).map(HitKey::id).toList();
    }

    private static <R> List<R> records(Session session, CompiledQuery<R> query, List<String> ids) throws SQLException {
        return ids.isEmpty()
                ? List.of()
                : session.query(query).set(IDS, Json.of(ids).toString()).list();
    }

    private static Map<MessageId, List<MessagePart>> parts(Session session, Map<MessageId, Message> messages)
            throws SQLException {
        return messages.isEmpty() ? Map.of() : MessageParts.list(session, messages.keySet(), false);
    }

    private static List<String> texts(Message message, List<MessagePart> parts) {
        List<String> texts = new ArrayList<>(List.of(message.content()));
        parts.stream().map(MessagePart::text).filter(Objects::nonNull).forEach(texts::add);
        return texts;
    }

    private static List<String> texts(ToolExecution tool) {
        List<String> texts = new ArrayList<>();
        addTexts(texts, tool.input());
        addTexts(texts, tool.output());
        if (tool.error() != null) {
            texts.add(tool.error());
        }
        return texts;
    }

    private static void addTexts(List<String> texts, @Nullable Json json) {
        Deque<JsonNode> open = new ArrayDeque<>();
        if (json != null) {
            open.add(json.toNode());
        }
        while (!open.isEmpty()) {
            JsonNode node = open.poll();
            if (node.isTextual()) {
                texts.add(node.textValue());
            }
            node.forEach(open::add);
        }
    }
}
