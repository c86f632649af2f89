package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.workflows.WorkflowId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jooq.Record2;
import org.jspecify.annotations.Nullable;

/**
 * Stores one run in a transaction: all of it, what it has grown by, or nothing.
 *
 * <p>A run is a task of the type {@code transcript}; its conversation has the task's id. {@link RunFinder} says what of it is
 * stored.
 */
final class RunStore {

    private final int maxDepth;
    private final Provenance provenance;
    private final Facts facts;
    private final RunBuffer events;
    private final @Nullable TaskId parent;
    private final boolean isRetry;
    private final boolean isSecond;
    private final Instant base;
    private final String content;
    private @Nullable String keptCalls;

    /**
     * A run that is to be stored.
     *
     * @param maxDepth how deep the database takes JSON
     * @param isRetry whether something was in the way when it was to be stored before
     * @param isSecond whether the file has told a run of its id without messages before
     */
    RunStore(
            int maxDepth,
            Provenance provenance,
            ReadRun run,
            @Nullable TaskId parent,
            boolean isRetry,
            boolean isSecond) {
        this.maxDepth = maxDepth;
        this.provenance = provenance;
        this.facts = run.facts();
        this.events = run.events();
        this.parent = parent;
        this.isRetry = isRetry;
        this.isSecond = isSecond;
        this.base = run.base();
        this.content = Digests.hex(facts.digest()) + (run.occurrence() == 0 ? "" : "." + run.occurrence());
    }

    /**
     * The result of storing a run.
     *
     * @param workflow the workflow that it is in; null if all of it was stored before
     * @param agents the agents of the run, by name
     */
    record Outcome(
            Fate fate,
            Stored stored,
            TaskId task,
            @Nullable String warning,
            @Nullable WorkflowId workflow,
            Map<String, AgentId> agents) {}

    Outcome store(Tx tx) {
        RunFinder finder = new RunFinder(tx, provenance, facts, events, content);
        Values values = new Values(tx.blobs(), maxDepth);
        Known known = finder.find();
        String name = facts.externalId();
        if (name != null
                && isAnother(tx, known, values)
                && (isSecond || !isToldHere(tx, known.task()) || finder.isBeside(name))) {
            known = finder.another(name);
        }
        if (known.complete() && !hasNews(tx, known, values)) {
            return new Outcome(Fate.SKIPPED, Stored.NOTHING, known.id(), warning(finder.kept()), null, Map.of());
        }
        WorkflowId owner = provenance.make(tx, values);
        Map<String, AgentId> agents = agents(tx, values);
        Origin origin =
                Places.at(provenance.origin(known.externalId()), facts.started().place());
        List<BlobId> large = new ArrayList<>();
        Task task = task(known, owner, agents, origin, values, large);
        boolean restored = putTask(tx, known, task, agents);
        if (known.gaps() != null || (isRetry && known.messages() == 0)) {
            Outlived.deleteTools(tx, known.id());
        }
        if (task.parentId() != null && facts.externalId() != null) {
            link(tx, known.id(), facts.externalId(), task.parentId());
        }
        Extras extras = extras(tx, known, restored);
        RunWriter writer = new RunWriter(
                tx, maxDepth, facts, new RunWriter.Target(known, origin, agents, name(known), extras, start(), large));
        events.replay(writer);
        Stored stored = writer.finish();
        Fate fate =
                restored || known.gaps() != null ? Fate.RESTORED : known.task() != null ? Fate.GROWN : Fate.IMPORTED;
        keptCalls = extras.kept();
        return new Outcome(fate, stored, known.id(), warning(finder.warning()), owner, agents);
    }

    /**
     * Whether the stored run failed without a message, and the file says otherwise. It is the same one only if the same file
     * told it, tells it once, and is not known to tell it beside.
     */
    private boolean isAnother(Tx tx, Known known, Values values) {
        Task stored = known.task();
        return known.messages() == 0
                && known.names() == null
                && stored != null
                && stored.status() == TaskStatus.FAILED
                && stored.origin().isImported()
                && Objects.equals(known.externalId(), facts.externalId())
                && tx.conversations()
                        .find(new ConversationId(known.id().value()))
                        .filter(conversation -> conversation.lastSequenceNumber() == 0)
                        .isPresent()
                && (facts.messages() > 0 || hasNews(tx, known, values));
    }

    private boolean isToldHere(Tx tx, @Nullable Task stored) {
        SourceId source = stored == null ? null : stored.origin().sourceId();
        return source != null
                && tx.sources()
                        .find(source)
                        .filter(found -> found.name().equals(provenance.place()))
                        .isPresent();
    }

    /** Whether the file says something new of a run of which it has all messages, such as how it ended. */
    private boolean hasNews(Tx tx, Known known, Values values) {
        Task stored = known.task();
        if (stored == null
                || !stored.origin().isImported()
                || known.messages() != facts.messages()
                || known.isOlder()
                || RunFinder.isBefore(facts, stored)) {
            return false;
        }
        Extras extras = Extras.of(tx, known, provenance);
        boolean isSame =
                !facts.hasExtras() || extras.areThoseOf(events, name(known), new Executions(values, known.id()));
        keptCalls = extras.kept();
        return !isSame
                || stored.status() != status()
                || !Objects.equals(stored.error(), error())
                || !stored.metadata().equals(metadata(values, new ArrayList<>()));
    }

    private Extras extras(Tx tx, Known known, boolean restored) {
        return known.task() != null || restored ? Extras.of(tx, known, provenance) : Extras.none(tx, known, provenance);
    }

    private @Nullable String warning(@Nullable String ofRun) {
        return ofRun == null ? keptCalls : ofRun;
    }

    private RunName name(Known known) {
        return RunName.of(known, facts.externalId());
    }

    private Instant start() {
        return facts.firstTime() == null ? base : facts.firstTime();
    }

    /** Creates the task, or brings it up to date, unless it was pseudonymised and has no origin. Whether it was put back: a part of the run had outlived the other. */
    private boolean putTask(Tx tx, Known known, Task task, Map<String, AgentId> agents) {
        Task stored = known.task();
        if (teamId(known.id()).equals(task.teamId())) {
            team(tx, task, agents);
        }
        if (stored == null) {
            tx.tasks().create(task);
        } else if (stored.origin().isImported()) {
            tx.tasks().updateImported(task);
        }
        ConversationId conversation = new ConversationId(task.id().value());
        if (tx.conversations().find(conversation).isPresent()) {
            if (stored == null) {
                Outlived.giveTo(tx, task.id(), conversation);
            }
            return stored == null;
        }
        if (stored != null) {
            Outlived.delete(tx, task.id());
        }
        tx.conversations()
                .create(Conversation.builder()
                        .id(conversation)
                        .origin(task.origin())
                        .title(Names.optional(facts.started().name()))
                        .createdAt(task.createdAt())
                        .build());
        return stored != null;
    }

    /** The call of the parent's run that started this one. */
    private static void link(Tx tx, TaskId child, String name, TaskId parent) {
        List<ToolExecutionId> callers = tx
                .dsl()
                .select(TOOL_EXECUTIONS.ID, TOOL_EXECUTIONS.METADATA)
                .from(TOOL_EXECUTIONS)
                .where(TOOL_EXECUTIONS.TASK_ID.eq(parent))
                .and(TOOL_EXECUTIONS.CHILD_TASK_ID.isNull())
                .fetch()
                .stream()
                .filter(call -> name.equals(
                        call.value2().toNode().path(Executions.CHILD_RUN).asText()))
                .map(Record2::value1)
                .toList();
        if (!callers.isEmpty()) {
            tx.dsl()
                    .update(TOOL_EXECUTIONS)
                    .set(TOOL_EXECUTIONS.CHILD_TASK_ID, child)
                    .where(TOOL_EXECUTIONS.ID.in(callers))
                    .execute();
        }
    }

    private static TeamId teamId(TaskId task) {
        return new TeamId(task.value());
    }

    /** Two agents of one run are a team. */
    private void team(Tx tx, Task task, Map<String, AgentId> agents) {
        TeamId id = teamId(task.id());
        if (tx.teams().find(id).isEmpty()) {
            String name = String.join(", ", facts.agents()) + " (" + task.id() + ")";
            tx.teams().create(Team.builder().id(id).name(Names.of(name)).build());
        }
        for (String agent : facts.agents()) {
            tx.teams().addMember(id, Objects.requireNonNull(agents.get(agent), agent));
        }
    }

    private Task task(
            Known known,
            WorkflowId owner,
            Map<String, AgentId> agents,
            Origin origin,
            Values values,
            List<BlobId> large) {
        RunEnded ended = facts.ended();
        Instant begun = start();
        Instant done = ended == null ? null : ended.completedAt();
        done = done == null ? facts.lastTime() : done;
        done = done != null && done.isBefore(begun) ? begun : done;
        Task stored = known.task();
        Task.Builder task = stored == null ? Task.builder().id(known.id()).createdAt(begun) : stored.toBuilder();
        if (stored == null) {
            task.workflowId(owner);
        }
        if (facts.agents().size() > 1 && (stored == null || stored.teamId() == null)) {
            task.teamId(teamId(known.id()));
        }
        String agent = facts.agents().stream().findFirst().orElse(null);
        return task.type("transcript")
                .agentId(agent == null ? null : agents.get(agent))
                .parentId(parent == null && stored != null ? stored.parentId() : parent)
                .status(status())
                .error(error())
                .startedAt(facts.firstTime())
                .completedAt(done)
                .metadata(metadata(values, large))
                .origin(origin)
                .build();
    }

    private TaskStatus status() {
        RunEnded ended = facts.ended();
        return ended == null || ended.status() == null ? TaskStatus.COMPLETED : ended.status();
    }

    private @Nullable String error() {
        RunEnded ended = facts.ended();
        return ended == null || ended.error() == null ? null : Escapes.of(ended.error());
    }

    private Json metadata(Values values, List<BlobId> large) {
        ObjectNode words = Fields.object();
        RunStarted started = facts.started();
        words.setAll(started.metadata());
        RunEnded ended = facts.ended();
        if (ended != null) {
            words.setAll(ended.rest());
        }
        if (started.name() != null && !words.has("title")) {
            words.put("title", started.name());
        }
        ObjectNode metadata = Notes.beside(words);
        if (Escapes.isNeeded(words)) {
            metadata.put(Notes.ESCAPED, true);
        }
        if (facts.timed() < facts.messages()) {
            metadata.put(Notes.TIMES, facts.timed() == 0 && facts.firstTime() == null ? Notes.NO_TIMES : "some");
        }
        return values.object(metadata, large);
    }

    /** Sorted by name: two imports that create the same agents in different orders would deadlock. */
    private Map<String, AgentId> agents(Tx tx, Values values) {
        Map<String, AgentId> agents = new HashMap<>();
        for (String name : new TreeSet<>(facts.authors())) {
            AgentId known = provenance.agents().get(name);
            agents.put(name, known != null ? known : provenance.agent(tx, values, name));
        }
        return agents;
    }
}
