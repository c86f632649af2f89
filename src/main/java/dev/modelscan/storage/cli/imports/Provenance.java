package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.queries.QueryParameter;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The source and the workflow of one file. They are made with the first run that is stored. The workflow is known by where
 * the file is, or by the name that the user gives it; if the file has moved, by its bytes.
 */
final class Provenance {

    private static final QueryParameter<ConversationId> RUN =
            StoredQueries.parameter("run", MESSAGE_ORIGINS.CONVERSATION_ID);
    private static final QueryParameter<MessageId> FROM = StoredQueries.parameter("first", MESSAGE_ORIGINS.MESSAGE_ID);
    private static final QueryParameter<String> HERE = StoredQueries.parameter("here", SOURCES.NAME);
    private static final StoredQuery<Integer> TOLD_ELSEWHERE = StoredQueries.query(
            () -> DSL.select(DSL.count())
                    .from(MESSAGE_ORIGINS)
                    .leftJoin(SOURCES)
                    .on(MESSAGE_ORIGINS.SOURCE_ID.eq(SOURCES.ID))
                    .where(MESSAGE_ORIGINS.CONVERSATION_ID.eq(RUN.param()))
                    .and(MESSAGE_ORIGINS.MESSAGE_ID.ge(FROM.param()))
                    .and(SOURCES.NAME.isNull().or(SOURCES.NAME.ne(HERE.param()))),
            into(count -> count));

    private final Input input;
    private final String form;
    private final @Nullable String name;
    private final @Nullable String sha256;
    private SourceId sourceId = SourceId.next();
    private final WorkflowId newWorkflow = WorkflowId.next();
    private final Instant importedAt = Instant.now();
    private ObjectNode metadata = Fields.object();
    private @Nullable WorkflowId workflow;
    private @Nullable WorkflowId committed;
    private final Map<String, AgentId> known = new HashMap<>();
    private final Set<String> uncommitted = new HashSet<>();
    private final Map<String, ObjectNode> described = new LinkedHashMap<>();
    private @Nullable String otherForm;
    private boolean sourceMade;
    private boolean sourceCommitted;

    Provenance(Input input, String form, @Nullable String name, @Nullable String sha256) {
        this.input = input;
        this.form = form;
        this.name = name;
        this.sha256 = sha256;
    }

    /** Takes what the file says of all of its runs, or of an agent. */
    void describe(Event event) {
        if (event instanceof Event.Described all) {
            metadata.setAll(all.metadata());
        } else if (event instanceof Event.AgentDescribed agent) {
            described.put(Names.of(agent.name()), agent.metadata());
        }
    }

    /** The agents that the file describes. */
    Set<String> described() {
        return described.keySet();
    }

    /** Finds the agent of that name, or makes it. */
    AgentId agent(Tx tx, Values values, String name) {
        ObjectNode more = described.getOrDefault(name, Fields.object());
        return tx.agents()
                .findByName(name)
                .orElseGet(() -> tx.agents()
                        .create(Agent.builder()
                                .name(name)
                                .mode(Names.of(more.path("mode").asText("transcript")))
                                .metadata(values.object(more, new ArrayList<>()))
                                .build()))
                .id();
    }

    /** Makes the agents that the file describes and that take part in no run. */
    void makeAgents(Database db) {
        Set<String> missing = new TreeSet<>(described.keySet());
        missing.removeAll(known.keySet());
        if (!missing.isEmpty()) {
            db.useTx(tx -> {
                Values values = new Values(tx.blobs(), db.options().maxJsonDepth());
                missing.forEach(name -> agent(tx, values, name));
            });
        }
    }

    Instant importedAt() {
        return importedAt;
    }

    /** The origin of what has this name in the file. */
    Origin origin(@Nullable String externalId) {
        return new Origin(form, externalId, sourceId, null, null, null);
    }

    String form() {
        return form;
    }

    /** Another form under which the same bytes are stored already; null for none. */
    @Nullable
    String otherForm() {
        return otherForm;
    }

    /**
     * Whether the file that is imported told all of a run's messages from one on: it alone may tell them anew. It is the same
     * file if it is in the same place. What a stream holds has no place.
     */
    boolean toldAll(Tx tx, TaskId run, MessageId from) {
        String here = place();
        return here != null
                && tx.query(TOLD_ELSEWHERE)
                                .set(RUN, new ConversationId(run.value()))
                                .set(FROM, from)
                                .set(HERE, here)
                                .one()
                        == 0;
    }

    /** The name that all sources of the file have, one for each of its states; null for a stream, which is never told again. */
    @Nullable
    String place() {
        return input.path() == null ? null : Names.of(input.origin());
    }

    /** Makes what is missing, in the transaction of a run that is stored; gives the workflow. */
    WorkflowId make(Tx tx, Values values) {
        if (!sourceMade) {
            makeSource(tx);
        }
        WorkflowId made = workflow;
        if (made != null) {
            return made;
        }
        Optional<Workflow> found = find(tx);
        if (found.isEmpty()) {
            tx.workflows()
                    .create(Workflow.builder()
                            .id(newWorkflow)
                            .name(Names.of(name == null ? input.name() : name))
                            .status(WorkflowStatus.RUNNING)
                            .metadata(described(values))
                            .origin(origin(key()))
                            .createdAt(importedAt)
                            .build());
            return newWorkflow;
        }
        reopen(tx, found.get());
        return found.get().id();
    }

    /** An import that goes on where one was interrupted has its source. */
    private void makeSource(Tx tx) {
        String origin = Names.of(input.origin());
        Source stored =
                sha256 == null ? null : tx.sources().findBySha256(sha256).orElse(null);
        otherForm = stored == null || stored.format().equals(form) ? null : stored.format();
        if (stored != null && otherForm == null && stored.name().equals(origin)) {
            sourceId = stored.id();
            return;
        }
        tx.sources()
                .create(Source.builder()
                        .id(sourceId)
                        .format(form)
                        .name(origin)
                        .sha256(sha256)
                        .bytes(input.size() < 0 ? null : input.size())
                        .importedAt(importedAt)
                        .build());
    }

    private Json described(Values values) {
        return values.object(metadata, new ArrayList<>());
    }

    /** A run was stored, in a transaction that {@link #undo} takes back. */
    void made(WorkflowId id, Map<String, AgentId> agents) {
        sourceMade = true;
        workflow = id;
        agents.forEach((name, agent) -> {
            if (known.put(name, agent) == null) {
                uncommitted.add(name);
            }
        });
    }

    void committed() {
        committed = workflow;
        sourceCommitted = sourceMade;
        uncommitted.clear();
    }

    /** Somebody may have deleted what was committed; it is then found or made again. */
    void forgetDeleted(Database db) {
        known.clear();
        uncommitted.clear();
        if (committed != null && db.workflows().find(committed).isEmpty()) {
            committed = null;
        }
        sourceCommitted = sourceCommitted && db.sources().find(sourceId).isPresent();
        undo();
    }

    /** The transaction was rolled back. */
    void undo() {
        workflow = committed;
        sourceMade = sourceCommitted;
        known.keySet().removeAll(uncommitted);
        uncommitted.clear();
    }

    /** Agents that are stored, by name. */
    Map<String, AgentId> agents() {
        return known;
    }

    private Optional<Workflow> find(Tx tx) {
        String key = key();
        Optional<Workflow> here =
                key == null ? Optional.empty() : tx.workflows().findByExternalId(form, key);
        if (here.isPresent() || name != null || sha256 == null) {
            return here;
        }
        return tx.sources()
                .findBySha256(sha256)
                .flatMap(source -> tx.workflows().listBySource(source.id(), PageRequest.first(1)).items().stream()
                        .findFirst());
    }

    private @Nullable String key() {
        if (name != null) {
            return Names.of("name:" + name);
        }
        return input.path() == null ? null : Names.of("file:" + input.origin());
    }

    /** A workflow that gets more runs is complete again only if all of them were stored. */
    private static void reopen(Tx tx, Workflow found) {
        if (found.status() != WorkflowStatus.RUNNING) {
            tx.dsl()
                    .update(WORKFLOWS)
                    .set(WORKFLOWS.STATUS, WorkflowStatus.RUNNING)
                    .setNull(WORKFLOWS.COMPLETED_AT)
                    .where(WORKFLOWS.ID.eq(found.id()))
                    .execute();
        }
    }

    /** The file was read to its end: the workflow is complete. One that an import left open before, too. */
    void complete(Database db) {
        db.useTx(tx -> {
            WorkflowId id = workflow == null ? find(tx).map(Workflow::id).orElse(null) : workflow;
            if (id == null) {
                return;
            }
            Optional<Workflow> found = tx.workflows().find(id);
            if (found.isPresent() && found.get().status() == WorkflowStatus.RUNNING) {
                tx.workflows().complete(id);
            }
        });
    }
}
