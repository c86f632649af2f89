package dev.modelscan.storage.internal.search;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Id;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Cursors;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.SingleQuery;
import dev.modelscan.storage.internal.repository.MessageColumns;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.SelectOrderByStep;
import org.jooq.TableField;
import org.jooq.VisitListener;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The keys of the records that a search finds, in order: one statement, which is put together for each page. */
final class SearchKeys {

    private static final String LIST = "search";

    /** What can be found, in the opposite of their order. */
    enum HitKind {
        MESSAGE(0),
        TOOL(1);

        private final int place;

        HitKind(int place) {
            this.place = place;
        }

        static HitKind of(int place) {
            return place == TOOL.place ? TOOL : MESSAGE;
        }
    }

    /** The order: all three from the last to the first. */
    record HitKey(Instant createdAt, HitKind kind, String id) {

        Cursor cursor() {
            String time = (String) Codec.TIME.encode(createdAt);
            return Cursors.encode(LIST, List.of(time, kind.name(), id));
        }

        static HitKey of(Cursor cursor) {
            List<String> parts = Cursors.decode(LIST, 3, cursor);
            Instant createdAt = Cursors.value(MessageColumns.CREATED_AT.parameter(), parts.get(0));
            try {
                return new HitKey(createdAt, HitKind.valueOf(parts.get(1)), parts.get(2));
            } catch (IllegalArgumentException e) {
                throw Cursors.notGivenOut(e);
            }
        }
    }

    private final Dialect dialect;
    private final SearchQuery query;
    private final String match;
    private final @Nullable HitKey after;

    private SearchKeys(Dialect dialect, SearchQuery query, @Nullable HitKey after) {
        this.dialect = dialect;
        this.query = query;
        this.match = dialect.expressions().searchMatch(query.terms());
        this.after = after;
    }

    /** Adds the keys of a page to a list; returns whether there are more. */
    static boolean addTo(List<HitKey> keys, Session session, SearchQuery query, PageRequest request)
            throws SQLException {
        HitKey after = request.after() == null ? null : HitKey.of(request.after());
        Query page = new SearchKeys(session.dialect(), query, after).page(request.limit() + 1);
        return SingleQuery.of(
                        page,
                        session.dialect(),
                        row -> new HitKey(
                                row.get(Codec.TIME, 1), HitKind.of(row.get(Codec.INTEGER, 2)), row.get(Codec.TEXT, 3)),
                        new VisitListener() {})
                .addTo(keys, request.limit(), session);
    }

    private Query page(int limit) {
        Condition ofTool = query.tool() == null ? DSL.noCondition() : TOOL_EXECUTIONS.TOOL_NAME.eq(query.tool());
        SelectOrderByStep<Record> all = keys(
                HitKind.TOOL,
                "tools",
                TOOL_EXECUTIONS.CREATED_AT,
                TOOL_EXECUTIONS.ID,
                by(TOOL_EXECUTIONS.AGENT_ID).and(ofTool));
        if (query.tool() == null) {
            all = all.unionAll(keys(
                    HitKind.MESSAGE,
                    "messages",
                    MESSAGES.CREATED_AT,
                    MESSAGES.ID,
                    by(MESSAGES.SENDER_ID).or(hasRole())));
        }
        // By their places: the columns have other names in each part of the union.
        return all.orderBy(
                        DSL.inline(1).desc(),
                        DSL.inline(2).desc(),
                        DSL.inline(3).desc())
                .limit(limit)
                .getQuery();
    }

    private SelectOrderByStep<Record> keys(
            HitKind kind,
            String script,
            TableField<?, Instant> createdAt,
            TableField<?, ? extends Id> id,
            Condition condition) {
        List<Field<?>> fields = List.of(createdAt, DSL.inline(kind.place), id);
        return DSL.select(fields)
                .from(id.getTable())
                .where(
                        query.terms().isEmpty()
                                ? DSL.noCondition()
                                : SearchScripts.finds(dialect, script, id, match, query.phrases()))
                .and(query.after() == null ? DSL.noCondition() : createdAt.ge(query.after()))
                .and(query.before() == null ? DSL.noCondition() : createdAt.lt(query.before()))
                .and(behind(kind, createdAt, id))
                .and(condition);
    }

    private Condition behind(HitKind kind, Field<Instant> createdAt, Field<?> id) {
        if (after == null) {
            return DSL.noCondition();
        }
        if (kind != after.kind()) {
            return kind.compareTo(after.kind()) < 0 ? createdAt.le(after.createdAt()) : createdAt.lt(after.createdAt());
        }
        return createdAt
                .le(after.createdAt())
                .and(createdAt.lt(after.createdAt()).or(id.coerce(String.class).lt(after.id())));
    }

    private Condition by(Field<AgentId> column) {
        String sender = query.sender();
        if (sender == null) {
            return DSL.noCondition();
        }
        // As text: what a caller writes need not be an id.
        return column.in(DSL.select(AGENTS.ID)
                .from(AGENTS)
                .where(AGENTS.NAME.eq(sender).or(AGENTS.ID.coerce(String.class).eq(sender))));
    }

    private Condition hasRole() {
        return Arrays.stream(MessageRole.values())
                .filter(role -> role.code().equals(query.sender()))
                .findFirst()
                .map(MESSAGES.ROLE::eq)
                .orElse(DSL.noCondition());
    }
}
