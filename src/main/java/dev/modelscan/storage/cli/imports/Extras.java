package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Scored;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.scores.ScoreId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/**
 * What earlier imports stored of a run beside its messages: model calls, scores, and tools of which no message tells. They become
 * those of the file. What an application added to the task stays.
 */
final class Extras {

    private static final int MOST_IDS = 500;

    private final Tx tx;
    private final TaskId task;
    private final Provenance provenance;
    private final Set<ModelCallId> told = new HashSet<>();
    private final Map<MessageId, Integer> named = new HashMap<>();
    private @Nullable Map<MessageId, Queue<String>> storedNames;
    private @Nullable Boolean own;
    private int keptCalls;
    private int untoldCalls;
    private @Nullable Map<ModelCallId, ModelCall> calls;
    private @Nullable Map<ScoreId, Score> scores;
    private @Nullable Map<ToolExecutionId, ToolExecution> tools;

    private Extras(Tx tx, TaskId task, Provenance provenance) {
        this.tx = tx;
        this.task = task;
        this.provenance = provenance;
    }

    /** Those of a run. Each kind is read when it is asked for. */
    static Extras of(Tx tx, Known known, Provenance provenance) {
        return new Extras(tx, known.id(), provenance);
    }

    /** Those of a run of which nothing is stored. */
    static Extras none(Tx tx, Known known, Provenance provenance) {
        Extras extras = new Extras(tx, known.id(), provenance);
        extras.calls = new HashMap<>();
        extras.scores = new HashMap<>();
        extras.tools = new HashMap<>();
        return extras;
    }

    private Map<ModelCallId, ModelCall> calls() {
        Map<ModelCallId, ModelCall> read = calls;
        if (read == null) {
            read = Page.stream(request -> tx.modelCalls().listByTask(task, request))
                    .filter(call -> provenance.form().equals(call.sourceFormat()))
                    .collect(Collectors.toMap(ModelCall::id, call -> call, (one, same) -> one, LinkedHashMap::new));
            calls = read;
        }
        return read;
    }

    private Map<ScoreId, Score> scores() {
        Map<ScoreId, Score> read = scores;
        if (read == null) {
            read = Page.stream(request -> tx.scores().listByTask(task, request))
                    .filter(score -> Digests.isUuid(score.id().value()))
                    .collect(Collectors.toMap(Score::id, score -> score));
            scores = read;
        }
        return read;
    }

    private Map<ToolExecutionId, ToolExecution> tools() {
        Map<ToolExecutionId, ToolExecution> read = tools;
        if (read == null) {
            Condition alone = TOOL_EXECUTIONS.TASK_ID.eq(task).and(TOOL_EXECUTIONS.MESSAGE_ID.isNull());
            read = Page.stream(request -> tx.toolExecutions().list(alone, List.of(TOOL_EXECUTIONS.ID), request))
                    .filter(tool -> Digests.isUuid(tool.id().value()))
                    .collect(Collectors.toMap(ToolExecution::id, tool -> tool));
            tools = read;
        }
        return read;
    }

    /** Whether the file tells the same. Those that it tells are then no longer here. */
    boolean areThoseOf(RunBuffer events, RunName run, Executions executions) {
        boolean[] same = {true};
        int[] number = new int[2];
        Set<ModelCallId> others = new LinkedHashSet<>();
        events.replay(event -> {
            if (event instanceof ModelCalled called) {
                String name = called.externalId() == null ? run.call(++number[0]) : run.callNamed(called.externalId());
                same[0] &= isTold(
                        ModelCalls.of(called, name, provenance.form(), Instant.EPOCH)
                                .build(),
                        called,
                        others);
            } else if (event instanceof Scored scored) {
                Score made = ModelCalls.score(scored, task, Instant.EPOCH);
                Score stored = made == null ? null : scores().remove(made.id());
                same[0] &= made == null || (stored != null && isSame(stored, made));
            } else if (event instanceof ToolUsed used) {
                ToolExecution stored = tools().remove(Executions.id(task, used, ++number[1]));
                same[0] &= stored != null
                        && isSame(stored, executions.used(stored.id(), stored.agentId(), used, stored.createdAt()));
            }
        });
        boolean isAllTold = isEmpty(calls) && isEmpty(scores) && isEmpty(tools);
        return same[0] && (isAllTold || !isOwn()) && areStored(others);
    }

    private static boolean isEmpty(@Nullable Map<?, ?> asked) {
        return asked == null || asked.isEmpty();
    }

    private boolean isTold(ModelCall made, ModelCalled called, Set<ModelCallId> others) {
        ModelCall stored = calls().remove(made.id());
        if (!told.add(made.id())) {
            return true;
        }
        if (stored == null) {
            others.add(made.id());
            return true;
        }
        ModelCall renewed = renewed(stored, made, called).build();
        return renewed.equals(stored) || isKept(stored, renewed);
    }

    /** A file that tells less of a call than another one did tells of another run, or of an earlier state. */
    private boolean isKept(ModelCall stored, ModelCall renewed) {
        boolean kept = isLess(renewed.inputTokens(), stored.inputTokens())
                || isLess(renewed.outputTokens(), stored.outputTokens())
                || isLess(renewed.cacheReadTokens(), stored.cacheReadTokens())
                || isLess(renewed.cacheWriteTokens(), stored.cacheWriteTokens())
                || isLess(renewed.reasoningTokens(), stored.reasoningTokens())
                || isLess(renewed.cost(), stored.cost());
        if (!kept || isOwn()) {
            return false;
        }
        keptCalls++;
        return true;
    }

    private static <N extends Comparable<N>> boolean isLess(@Nullable N now, @Nullable N before) {
        return before != null && (now == null || now.compareTo(before) < 0);
    }

    /** Whether this file told all messages of the run. */
    private boolean isOwn() {
        Boolean known = own;
        if (known == null) {
            known = provenance.toldAll(tx, task, new MessageId(task.value()));
            own = known;
        }
        return known;
    }

    /** That calls of another file stay; null if there is none. */
    @Nullable
    String kept() {
        if (keptCalls > 0) {
            return "another file told more tokens or cost of " + calls(keptCalls) + " of a model, which "
                    + (keptCalls == 1 ? "is" : "are") + " kept";
        }
        return untoldCalls == 0
                ? null
                : calls(untoldCalls) + " of a model " + (untoldCalls == 1 ? "is" : "are")
                        + " only in another file, and kept; the totals include "
                        + (untoldCalls == 1 ? "it" : "them");
    }

    private static String calls(int count) {
        return count + (count == 1 ? " call" : " calls");
    }

    /** A call that another run tells too, such as one that this run was forked from, belongs to that one. */
    private boolean areStored(Set<ModelCallId> others) {
        List<ModelCallId> ids = List.copyOf(others);
        for (int start = 0; start < ids.size(); start += MOST_IDS) {
            List<ModelCallId> some = ids.subList(start, Math.min(ids.size(), start + MOST_IDS));
            if (tx.dsl().fetchCount(MODEL_CALLS, MODEL_CALLS.ID.in(some)) < some.size()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The name of the next call of a message to which the file gives none: if a file begins in the middle of a run, the numbers
     * of its calls are not those that are stored.
     */
    String nextName(RunName run, MessageId message) {
        int number = named.merge(message, 1, Integer::sum);
        Queue<String> stored = storedNames(run.calls()).get(message);
        String next = stored == null ? null : stored.poll();
        return next == null ? run.calls() + message + (number == 1 ? "" : ":" + number) : next;
    }

    /** By message, the names with this start of its stored calls. */
    private Map<MessageId, Queue<String>> storedNames(String prefix) {
        Map<MessageId, Queue<String>> read = storedNames;
        if (read == null) {
            read = new HashMap<>();
            for (ModelCall call : calls().values()) {
                String name = call.externalId();
                if (call.messageId() != null && name != null && name.startsWith(prefix)) {
                    read.computeIfAbsent(call.messageId(), message -> new ArrayDeque<>())
                            .add(name);
                }
            }
            storedNames = read;
        }
        return read;
    }

    /** Adds a call to what is to be stored, if it is not stored already. */
    void put(Batch batch, ModelCall made, ModelCalled called) {
        ModelCall stored = calls().remove(made.id());
        if (stored == null) {
            batch.add(made);
            return;
        }
        ModelCall renewed = renewed(stored, made, called)
                .messageId(made.messageId())
                .agentId(made.agentId())
                .build();
        if (!renewed.equals(stored) && !isKept(stored, renewed)) {
            batch.change(renewed);
        }
    }

    /** Adds a score to what is to be stored, if it is not stored already. */
    void put(Batch batch, Score made) {
        Score stored = scores().remove(made.id());
        if (stored == null) {
            batch.add(made);
        } else if (!isSame(stored, made)) {
            tx.scores().update(stored.toBuilder().value(made.value()).build());
        }
    }

    /** Adds the use of a tool to what is to be stored, if it is not stored already. */
    void put(Batch batch, ToolExecution made) {
        ToolExecution stored = tools().remove(made.id());
        if (stored == null) {
            batch.add(made);
        } else if (!isSame(stored, made)) {
            // A change of status takes the time of now, and this one has a time of its own, so the row is stored again.
            tx.toolExecutions().delete(made.id());
            batch.add(made);
        }
    }

    /** Deletes what the file no longer tells, unless another file told a part of the run. */
    void deleteUntold() {
        boolean isAllTold = calls().isEmpty() && scores().isEmpty() && tools().isEmpty();
        if (isAllTold) {
            return;
        }
        if (!isOwn()) {
            untoldCalls = calls().size();
            return;
        }
        calls().keySet().forEach(tx.modelCalls()::delete);
        scores().keySet().forEach(tx.scores()::delete);
        tools().keySet().forEach(tx.toolExecutions()::delete);
    }

    /** A stored call with what the file says of it. */
    private static ModelCall.Builder renewed(ModelCall stored, ModelCall made, ModelCalled called) {
        boolean timed = called.startedAt() != null || called.completedAt() != null;
        return stored.toBuilder()
                .model(made.model())
                .provider(made.provider())
                .inputTokens(made.inputTokens())
                .outputTokens(made.outputTokens())
                .cacheReadTokens(made.cacheReadTokens())
                .cacheWriteTokens(made.cacheWriteTokens())
                .reasoningTokens(made.reasoningTokens())
                .cost(made.cost())
                .currency(made.currency())
                .finishReason(made.finishReason())
                .startedAt(made.startedAt())
                .completedAt(timed ? made.completedAt() : stored.completedAt())
                .metadata(made.metadata());
    }

    private static boolean isSame(Score stored, Score made) {
        return stored.value().compareTo(made.value()) == 0;
    }

    private static boolean isSame(ToolExecution stored, ToolExecution made) {
        return stored.status() == made.status()
                && stored.agentId().equals(made.agentId())
                && Objects.equals(stored.input(), made.input())
                && Objects.equals(stored.output(), made.output())
                && Objects.equals(stored.error(), made.error())
                && stored.metadata().equals(made.metadata());
    }
}
