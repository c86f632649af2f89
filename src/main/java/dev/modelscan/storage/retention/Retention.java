package dev.modelscan.storage.retention;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what a policy does not keep, while others work. Each transaction takes about 8 ms, and is followed by a
 * pause of the same length, so a writer waits for at most one of them. A tool's call and its answer are deleted
 * together. A run can be interrupted at any moment; the next one deletes the rest. What it deletes is not kept as a
 * {@linkplain dev.modelscan.storage.deleted.DeletedRecords deleted record}.
 *
 * <pre>{@code
 * RetentionPolicy policy = RetentionPolicy.builder().conversations(Duration.ofDays(90)).build();
 * RetentionResult result = new Retention(db, policy).run();
 * }</pre>
 *
 * <p>Deleted rows leave free pages in a SQLite file, which later rows use; {@link Database#compact()} gives them back
 * to the file system. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class Retention {

    private final Database db;
    private final RetentionPolicy policy;
    private final Instant now;
    private Consumer<? super RetentionResult> progress = result -> {};
    private long conversations;
    private long messages;
    private long tasks;
    private long toolExecutions;
    private long modelCalls;
    private long kept;

    /** A run of a policy. Ages are counted from now, by the database's clock. */
    public Retention(Database db, RetentionPolicy policy) {
        this.db = Objects.requireNonNull(db, "db");
        this.policy = Objects.requireNonNull(policy, "policy");
        this.now = db.options().clock().instant();
    }

    /** Sets a listener, which is called on the thread of the run after each batch, with what was deleted so far. */
    public Retention onProgress(Consumer<? super RetentionResult> progress) {
        this.progress = Objects.requireNonNull(progress, "progress");
        return this;
    }

    /**
     * Counts what {@link #run} would delete. Writes nothing, and sends one statement for each rule. The numbers may be
     * higher than those of a run: a row that two rules name counts twice, rows to which another table refers are
     * counted, and so are messages beyond a number or a size per conversation that a run keeps because their answer
     * stays.
     */
    public RetentionResult dryRun() {
        DSLContext dsl = db.dsl();
        reset();
        if (policy.conversations() != null) {
            add(Conversations.countEndedBefore(dsl, before(policy.conversations())));
        }
        if (policy.messagesPerConversation() != null) {
            messages += Conversations.countBeyond(dsl, policy.messagesPerConversation());
        }
        if (policy.messageBytesPerConversation() != null) {
            messages += Sizes.countBeyondInEach(dsl, policy.messageBytesPerConversation());
        }
        if (policy.messageBytes() != null) {
            add(Sizes.countBeyond(dsl, policy.messageBytes()));
        }
        if (policy.tasks() != null) {
            tasks += dsl.fetchCount(TASKS, oldTasks(policy.tasks()));
        }
        if (policy.tasksPerAgent() != null) {
            tasks += Conversations.countBeyond(
                    dsl, TASKS, ended().and(TASKS.AGENT_ID.isNotNull()), TASKS.AGENT_ID, policy.tasksPerAgent());
        }
        if (policy.toolExecutions() != null) {
            toolExecutions += dsl.fetchCount(TOOL_EXECUTIONS, oldExecutions(policy.toolExecutions()));
        }
        if (policy.modelCalls() != null) {
            modelCalls += dsl.fetchCount(MODEL_CALLS, MODEL_CALLS.CREATED_AT.lt(before(policy.modelCalls())));
        }
        return result();
    }

    private void add(Conversations.Count count) {
        conversations += count.conversations();
        messages += count.messages();
    }

    /**
     * Deletes. A row stays if a foreign key of another table forbids its deletion; {@link RetentionResult#kept} counts
     * these.
     *
     * @throws CancelledException if the thread is interrupted; run again to go on
     */
    public RetentionResult run() {
        reset();
        Batch batch = new Batch(db);
        Duration age = policy.conversations();
        if (age != null) {
            forEachEnded(age, page -> deleteConversations(batch, page));
        }
        Integer most = policy.messagesPerConversation();
        if (most != null) {
            forEachPage(
                    (reader, after) -> Conversations.longerThan(reader, most, after),
                    Function.identity(),
                    page -> deleteOldest(batch, page, id -> Conversations.firstKept(db.dsl(), id, most)));
        }
        deleteBytes(batch);
        if (policy.tasks() != null) {
            deleteTasks(batch, oldTasks(policy.tasks()));
        }
        if (policy.tasksPerAgent() != null) {
            for (AgentId agent : db.dsl().select(AGENTS.ID).from(AGENTS).fetch(AGENTS.ID)) {
                deleteTasksOf(batch, agent, policy.tasksPerAgent());
            }
        }
        if (policy.toolExecutions() != null) {
            deleteWhere(batch, TOOL_EXECUTIONS.ID, oldExecutions(policy.toolExecutions()), n -> toolExecutions += n);
        }
        if (policy.modelCalls() != null) {
            deleteWhere(
                    batch,
                    MODEL_CALLS.ID,
                    MODEL_CALLS.CREATED_AT.lt(before(policy.modelCalls())),
                    n -> modelCalls += n);
        }
        return result();
    }

    private void deleteBytes(Batch batch) {
        Long bytes = policy.messageBytesPerConversation();
        if (bytes != null) {
            forEachPage(
                    (reader, after) -> Sizes.largerThan(reader, bytes, after),
                    Function.identity(),
                    page -> deleteOldest(batch, page, id -> Sizes.firstKept(db.dsl(), id, bytes)));
        }
        Long all = policy.messageBytes();
        if (all != null) {
            List<Conversations.Listed> page;
            int stayed = 0;
            do {
                page = Sizes.beyond(db.dsl(), all, stayed);
                stayed += deleteConversations(batch, page);
            } while (page.size() == Sizes.PAGE);
        }
    }

    private Instant before(Duration age) {
        return Conversations.ago(now, age);
    }

    private void reset() {
        conversations = 0;
        messages = 0;
        tasks = 0;
        toolExecutions = 0;
        modelCalls = 0;
        kept = 0;
    }

    private RetentionResult result() {
        return new RetentionResult(conversations, messages, tasks, toolExecutions, modelCalls, kept);
    }

    private void forEachEnded(Duration age, Consumer<List<Conversations.Listed>> work) {
        forEachPage(
                (reader, after) -> Conversations.endedBefore(reader, before(age), after),
                Conversations.Listed::id,
                work);
    }

    private <T> void forEachPage(
            BiFunction<DSLContext, @Nullable ConversationId, List<T>> page,
            Function<T, ConversationId> id,
            Consumer<List<T>> work) {
        ConversationId after = null;
        while (true) {
            List<T> listed = page.apply(db.dsl(), after);
            work.accept(listed);
            if (listed.size() < Conversations.PAGE) {
                return;
            }
            after = id.apply(listed.get(listed.size() - 1));
        }
    }

    /** Deletes conversations: as many in one transaction as it deletes rows. Returns how many stay. */
    private int deleteConversations(Batch batch, List<Conversations.Listed> page) {
        int stayed = 0;
        int from = 0;
        while (from < page.size()) {
            List<Conversations.Listed> group =
                    page.subList(from, Math.max(from + 1, Conversations.endOfSmall(page, from, batch.rows())));
            int gone = group.size() > 1 ? deleteWhole(batch, group) : Batch.REFERRED;
            if (gone == Batch.REFERRED) {
                gone = (int) group.stream()
                        .filter(listed -> deleteConversation(batch, listed))
                        .count();
            }
            stayed += group.size() - gone;
            from += group.size();
        }
        return stayed;
    }

    /**
     * A conversation that was given a message or a branch since it was listed stays as it is. One that is given a
     * message between two batches keeps what is left. What is left of branches would be no paths, so those go in one
     * transaction.
     *
     * @return whether it is gone
     */
    private boolean deleteConversation(Batch batch, Conversations.Listed listed) {
        Conversations.Sweep sweep = new Conversations.Sweep(listed.id(), listed.lastNumber() + 1);
        if (!listed.isBranched() && listed.lastNumber() > batch.rows()) {
            deleteMessages(batch, sweep, tx -> Conversations.isUnchanged(tx, listed), batch.rows());
        }
        int gone = deleteWhole(batch, List.of(listed));
        if (gone == Batch.REFERRED && !listed.isBranched()) {
            deleteMessages(batch, sweep, tx -> Conversations.isUnchanged(tx, listed), 0);
            if (sweep.skipped() > 0) {
                return false;
            }
            gone = deleteWhole(batch, List.of(listed));
        }
        if (gone == Batch.REFERRED) {
            kept++;
            progress.accept(result());
        }
        return gone == 1;
    }

    /**
     * Deletes conversations with all their messages in one transaction, except those that have changed.
     *
     * @return how many are gone; {@link Batch#REFERRED} if a row of another table refers to one of them
     */
    private int deleteWhole(Batch batch, List<Conversations.Listed> group) {
        Conversations.Gone gone;
        try {
            gone = batch.run(tx -> Conversations.deleteWhole(tx, group), Conversations.Gone::rows);
        } catch (ReferenceException e) {
            return Batch.REFERRED;
        }
        conversations += gone.conversations();
        messages += gone.messages();
        progress.accept(result());
        return gone.conversations();
    }

    /**
     * Deletes the messages before the first that is kept: those of several conversations in one transaction if they are
     * few.
     */
    private void deleteOldest(Batch batch, List<ConversationId> page, ToLongFunction<ConversationId> firstKept) {
        Map<ConversationId, Long> group = new TreeMap<>(Conversations.LOCK_ORDER);
        int rows = 0;
        for (ConversationId id : page) {
            long before = firstKept.applyAsLong(id);
            int count = Conversations.before(db.dsl(), id, before);
            if (rows + count + Conversations.WEIGHT > batch.rows()) {
                deleteOldest(batch, group);
                group.clear();
                rows = 0;
            }
            if (count > 0) {
                group.put(id, before);
                rows += count + Conversations.WEIGHT;
            }
        }
        deleteOldest(batch, group);
    }

    /** One that is forked or compacted meanwhile keeps what is left. */
    private void deleteOldest(Batch batch, Map<ConversationId, Long> group) {
        if (group.size() > 1) {
            try {
                messages += batch.run(
                        tx -> Conversations.deleteOldest(tx, group),
                        deleted -> deleted + group.size() * Conversations.WEIGHT);
                progress.accept(result());
                return;
            } catch (ReferenceException e) {
                // Then one by one, to find what is referred to.
            }
        }
        group.forEach((id, before) ->
                deleteMessages(batch, new Conversations.Sweep(id, before), tx -> Conversations.isPlain(tx, id), 0));
    }

    /** Until at most so many are left. */
    private void deleteMessages(Batch batch, Conversations.Sweep sweep, Predicate<Tx> stillGo, int leave) {
        sweep.look(db.dsl());
        int deleted;
        do {
            deleted = batch.delete((tx, rows) -> stillGo.test(tx) ? sweep.delete(tx, rows) : 0);
            if (deleted == Batch.REFERRED) {
                kept += sweep.skip(db.dsl());
            } else {
                messages += deleted;
            }
            progress.accept(result());
        } while (deleted != 0 && sweep.left() > leave);
    }

    private static Condition ended() {
        return TASKS.STATUS.in(TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED);
    }

    private Condition oldTasks(Duration age) {
        return ended().and(ofTime(TASKS.COMPLETED_AT, TASKS.CREATED_AT).lt(before(age)));
    }

    private static Condition endedOf(AgentId agent) {
        return ended().and(TASKS.AGENT_ID.eq(agent));
    }

    private Condition oldExecutions(Duration age) {
        return TOOL_EXECUTIONS
                .STATUS
                .in(ToolExecutionStatus.SUCCESS, ToolExecutionStatus.FAILED, ToolExecutionStatus.TIMEOUT)
                .and(ofTime(TOOL_EXECUTIONS.COMPLETED_AT, TOOL_EXECUTIONS.CREATED_AT)
                        .lt(before(age)));
    }

    /** What was imported may have ended at a time that nobody knows. */
    private static Field<Instant> ofTime(Field<Instant> completedAt, Field<Instant> createdAt) {
        return DSL.coalesce(completedAt, createdAt);
    }

    private void deleteTasks(Batch batch, Condition condition) {
        deleteWhere(batch, TASKS.ID, condition, n -> tasks += n);
    }

    /** The newest that goes is found once, so that two runs at a time delete the same. */
    private void deleteTasksOf(Batch batch, AgentId agent, int keep) {
        Record2<Instant, TaskId> newest = db.dsl()
                .select(TASKS.CREATED_AT, TASKS.ID)
                .from(TASKS)
                .where(endedOf(agent))
                .orderBy(TASKS.CREATED_AT.desc(), TASKS.ID.desc())
                .offset(keep)
                .limit(1)
                .fetchOne();
        if (newest != null) {
            Condition isOlder = TASKS.CREATED_AT
                    .lt(newest.value1())
                    .or(TASKS.CREATED_AT.eq(newest.value1()).and(TASKS.ID.le(newest.value2())));
            deleteTasks(batch, endedOf(agent).and(isOlder));
        }
    }

    /**
     * Begins each batch behind the one before. What has changed since it was found stays, though PostgreSQL knows its
     * id.
     */
    private <I> void deleteWhere(Batch batch, TableField<?, I> id, Condition condition, Consumer<Integer> deleted) {
        AtomicReference<@Nullable I> last = new AtomicReference<>();
        Condition rest = condition;
        do {
            Condition wanted = rest;
            int count = batch.delete((tx, rows) -> {
                List<I> ids = tx.dsl()
                        .select(id)
                        .from(id.getTable())
                        .where(wanted)
                        .orderBy(id)
                        .limit(rows)
                        .fetch(id);
                last.set(ids.isEmpty() ? null : ids.get(ids.size() - 1));
                return tx.dsl()
                        .deleteFrom(id.getTable())
                        .where(id.in(ids))
                        .and(wanted)
                        .execute();
            });
            if (count == Batch.REFERRED) {
                kept++;
            } else {
                deleted.accept(count);
            }
            if (last.get() != null) {
                rest = condition.and(id.gt(last.get()));
            }
            progress.accept(result());
        } while (last.get() != null);
    }
}
