package dev.modelscan.storage.cli.exports;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.trueCondition;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.StorageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a database, in order of time: each conversation is a run. They are read some hundred at a time, by a number of
 * statements that does not depend on how many there are; memory holds the runs of one batch, or one run that is longer.
 */
public final class StoredRuns {

    private static final int PAGE = 200;
    private static final long MOST_MESSAGES = 2_000;
    private static final int DEEPEST = 32;

    private final DSLContext dsl;
    private final Scope scope;
    private final boolean nested;

    /**
     * The runs of a database.
     *
     * @param dsl reads in a transaction, so that all of them are of one state
     * @param nested whether a run contains the runs of its sub-agents; if not, each of them is a separate run
     */
    public StoredRuns(DSLContext dsl, Scope scope, boolean nested) {
        this.dsl = dsl;
        this.scope = scope;
        this.nested = nested;
    }

    /** A conversation, without its messages. */
    record Head(
            ConversationId id,
            long last,
            @Nullable String title,
            @Nullable MessageId head,
            @Nullable String format,
            @Nullable String externalId,
            Instant createdAt) {}

    /** Gives each run to a consumer. */
    public void forEach(Consumer<Run> consumer) {
        Condition chosen = nested ? scope.condition().and(not(scope.isWithParent())) : scope.condition();
        Head last = null;
        List<Head> page;
        do {
            Condition after = last == null
                    ? trueCondition()
                    : row(CONVERSATIONS.CREATED_AT, CONVERSATIONS.ID).gt(last.createdAt(), last.id());
            page = heads(chosen.and(after));
            for (List<Head> batch : batches(page)) {
                read(batch, 0).values().forEach(consumer);
            }
            last = page.isEmpty() ? null : page.get(page.size() - 1);
        } while (page.size() == PAGE);
    }

    /** What no conversation is about, with the number of it; empty if only some runs are asked for. */
    public Map<String, Long> besideAll() {
        Map<String, Long> beside = new TreeMap<>();
        if (scope == Scope.ALL) {
            count("tasks that no conversation is about", TASKS, Scope.withoutConversation(), beside);
            count(
                    "tools that were used for no task",
                    TOOL_EXECUTIONS,
                    TOOL_EXECUTIONS
                            .TASK_ID
                            .isNull()
                            .and(TOOL_EXECUTIONS.MESSAGE_ID.isNull())
                            .and(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.isNull()),
                    beside);
            count(
                    "model calls for no task",
                    MODEL_CALLS,
                    MODEL_CALLS.TASK_ID.isNull().and(MODEL_CALLS.MESSAGE_ID.isNull()),
                    beside);
        }
        return beside;
    }

    private void count(String what, Table<?> table, Condition left, Map<String, Long> beside) {
        long count = dsl.fetchCount(dsl.selectOne().from(table).where(left));
        if (count > 0) {
            beside.put(what, count);
        }
    }

    private List<Head> heads(Condition chosen) {
        return dsl.select(
                        CONVERSATIONS.ID,
                        CONVERSATIONS.LAST_SEQUENCE_NUMBER,
                        CONVERSATIONS.TITLE,
                        CONVERSATIONS.HEAD_ID,
                        CONVERSATIONS.SOURCE_FORMAT,
                        CONVERSATIONS.EXTERNAL_ID,
                        CONVERSATIONS.CREATED_AT)
                .from(CONVERSATIONS)
                .where(chosen)
                .orderBy(CONVERSATIONS.CREATED_AT, CONVERSATIONS.ID)
                .limit(PAGE)
                .fetch(found -> new Head(
                        found.value1(),
                        found.value2(),
                        found.value3(),
                        found.value4(),
                        found.value5(),
                        found.value6(),
                        found.value7()));
    }

    private static List<List<Head>> batches(List<Head> page) {
        List<List<Head>> batches = new ArrayList<>();
        long messages = 0;
        for (Head head : page) {
            messages += head.last();
            if (batches.isEmpty() || messages > MOST_MESSAGES) {
                batches.add(new ArrayList<>());
                messages = head.last();
            }
            batches.get(batches.size() - 1).add(head);
        }
        return batches;
    }

    private Map<ConversationId, Run> read(List<Head> batch, int depth) {
        RunRows rows = new RunRows(dsl, batch);
        if (nested) {
            List<Head> children = children(rows);
            if (depth == DEEPEST && !children.isEmpty()) {
                throw new StorageException(
                        "sub-agents are nested more than " + DEEPEST + " levels deep: conversation "
                                + children.get(0).id()
                                + " would be left out. Export to a form that writes each run by itself, such as openai, or to"
                                + " native",
                        "conversation",
                        children.get(0).id().value(),
                        null);
            }
            for (List<Head> some : batches(children)) {
                read(some, depth + 1).forEach((id, run) -> rows.addChild(id, run));
            }
        }
        return rows.runs();
    }

    private List<Head> children(RunRows rows) {
        List<Head> children = new ArrayList<>();
        List<ConversationId> ids = new ArrayList<>();
        dsl.select(TASKS.ID, TASKS.PARENT_ID)
                .from(TASKS)
                .where(TASKS.PARENT_ID.in(rows.ownTaskIds()))
                .forEach(task -> {
                    ConversationId id = new ConversationId(task.value1().value());
                    rows.expectChild(id, task.value2());
                    ids.add(id);
                });
        for (int from = 0; from < ids.size(); from += PAGE) {
            List<ConversationId> some = ids.subList(from, Math.min(from + PAGE, ids.size()));
            children.addAll(heads(CONVERSATIONS.ID.in(some)));
        }
        return children;
    }
}
