package dev.modelscan.storage.cli;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.cli.imports.MessageReader;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ListCommand} lists. A list without a filter, of tasks, agents or workflows, loads no jOOQ, and is there at once. */
final class Lists {

    /** A conversation as it is listed. */
    private record Line(
            ConversationId id,
            Instant created,
            @Nullable String title,
            @Nullable String format,
            long messages) {}

    private static final String CREATED = "created";

    private static final String SHOWN = "; query \"SELECT id, name FROM sources\" shows them";

    private final Database db;
    private final ListCommand given;

    Lists(Database db, ListCommand given) {
        this.db = db;
        this.given = given;
    }

    Listing page(ListCommand.Kind kind, PageRequest request) {
        return switch (kind) {
            case TASKS -> tasks(request);
            case CONVERSATIONS -> conversations(request);
            case AGENTS -> agents(request);
            case TOOLS -> new ToolLists(db, this, given).page(request);
            case WORKFLOWS -> workflows(request);
        };
    }

    private Listing tasks(PageRequest request) {
        Page<Task> page = !given.isFiltered()
                ? db.tasks().list(request)
                : db.tasks()
                        .list(
                                all(
                                        status(TASKS.STATUS, TaskStatus.values(), TaskStatus::code),
                                        agent(TASKS.AGENT_ID),
                                        workflow(TASKS.WORKFLOW_ID),
                                        name(TASKS.TYPE),
                                        made(TASKS.CREATED_AT)),
                                order(TASKS.CREATED_AT, TASKS.ID),
                                request);
        return listing(
                "tasks",
                page,
                task -> Listing.row(
                        "id",
                        task.id().value(),
                        "status",
                        task.status().code(),
                        CREATED,
                        task.createdAt(),
                        Listing.TIMED,
                        !task.origin().isImported() || MessageReader.isTimed(task.metadata()),
                        "type",
                        task.type()));
    }

    private Listing agents(PageRequest request) {
        Page<Agent> page = !given.isFiltered()
                ? db.agents().list(request)
                : db.agents()
                        .list(
                                all(
                                        status(AGENTS.STATUS, AgentStatus.values(), AgentStatus::code),
                                        name(AGENTS.NAME),
                                        made(AGENTS.CREATED_AT)),
                                order(AGENTS.CREATED_AT, AGENTS.ID),
                                request);
        return listing(
                "agents",
                page,
                agent -> Listing.row(
                        "id",
                        agent.id().value(),
                        "status",
                        agent.status().code(),
                        "mode",
                        agent.mode(),
                        "name",
                        agent.name()));
    }

    private Listing workflows(PageRequest request) {
        Page<Workflow> page = !given.isFiltered()
                ? db.workflows().list(request)
                : db.workflows()
                        .list(
                                all(
                                        status(WORKFLOWS.STATUS, WorkflowStatus.values(), WorkflowStatus::code),
                                        name(WORKFLOWS.NAME),
                                        made(WORKFLOWS.CREATED_AT)),
                                order(WORKFLOWS.CREATED_AT, WORKFLOWS.ID),
                                request);
        return listing(
                "workflows",
                page,
                workflow -> Listing.row(
                        "id",
                        workflow.id().value(),
                        "status",
                        workflow.status().code(),
                        CREATED,
                        workflow.createdAt(),
                        "name",
                        workflow.name()));
    }

    private Listing conversations(PageRequest request) {
        Page<Line> page = db.query(conversations()).page(request);
        List<String> imported = page.items().stream()
                .filter(line -> line.format() != null)
                .map(line -> line.id().value())
                .toList();
        Set<String> untimed = imported.isEmpty() ? Set.of() : RunTimes.unknown(db, imported);
        return listing(
                "conversations",
                page,
                line -> Listing.row(
                        "id",
                        line.id().value(),
                        "messages",
                        line.messages(),
                        CREATED,
                        line.created(),
                        Listing.TIMED,
                        !untimed.contains(line.id().value()),
                        "title",
                        Title.shown(line.title())));
    }

    private StoredQuery<Line> conversations() {
        var table = CONVERSATIONS;
        Condition spoke = given.agent == null
                ? DSL.noCondition()
                : DSL.exists(DSL.selectOne()
                        .from(MESSAGES)
                        .where(MESSAGES.CONVERSATION_ID.eq(table.ID))
                        .and(agent(MESSAGES.SENDER_ID)));
        Condition within = given.workflow == null
                ? DSL.noCondition()
                : DSL.exists(DSL.selectOne()
                        .from(MESSAGES)
                        .join(TASKS)
                        .on(TASKS.ID.eq(MESSAGES.TASK_ID))
                        .where(MESSAGES.CONVERSATION_ID.eq(table.ID))
                        .and(workflow(TASKS.WORKFLOW_ID)));
        // The last number is not how many there are: messages may have been deleted.
        Field<Long> messages = DSL.field(DSL.select(DSL.count().cast(SQLDataType.BIGINT))
                .from(MESSAGES)
                .where(MESSAGES.CONVERSATION_ID.eq(table.ID)));
        Condition named = name(Title.field()).or(name(table.EXTERNAL_ID));
        return StoredQueries.query(
                () -> DSL.select(table.ID, table.CREATED_AT, Title.field(), table.SOURCE_FORMAT, messages)
                        .from(table)
                        .where(spoke.and(within).and(named).and(made(table.CREATED_AT)))
                        .orderBy(
                                given.newest ? table.CREATED_AT.desc() : table.CREATED_AT.asc(),
                                given.newest ? table.ID.desc() : table.ID.asc()),
                into(Line::new));
    }

    private static <R> Listing listing(String kind, Page<R> page, Function<R, Map<String, @Nullable Object>> row) {
        return new Listing(kind, page.items().stream().map(row).toList(), PagedCommand.next(page));
    }

    private static Condition all(Condition... conditions) {
        return DSL.and(conditions);
    }

    private List<OrderField<?>> order(Field<?> created, Field<?> id) {
        List<OrderField<?>> order = new ArrayList<>();
        for (Field<?> field : List.of(created, id)) {
            order.add(given.newest ? field.desc() : field.asc());
        }
        return order;
    }

    private <S> Condition status(Field<S> column, S[] all, Function<S, String> code) {
        if (given.status == null) {
            return DSL.noCondition();
        }
        Optional<S> found = Arrays.stream(all)
                .filter(each -> code.apply(each).equals(given.status))
                .findFirst();
        return column.eq(found.orElseThrow(() -> given.wrong("--status " + given.status + " is not one of "
                + Arrays.stream(all).map(code).collect(Collectors.joining(", ")))));
    }

    private Condition name(Field<String> column) {
        return given.name == null ? DSL.noCondition() : column.contains(given.name);
    }

    Condition made(Field<Instant> column) {
        Condition since = given.since == null ? DSL.noCondition() : column.ge(given.since);
        return given.until == null ? since : since.and(column.lt(given.until));
    }

    Condition agent(Field<AgentId> column) {
        String name = given.agent;
        if (name == null) {
            return DSL.noCondition();
        }
        Agent agent = db.agents()
                .findByName(name)
                .or(() -> id(name, AgentId::new).flatMap(id -> db.agents().find(id)))
                .orElseThrow(() -> new IllegalArgumentException(
                        "no agent has the name or id " + name + "; list agents shows them"));
        return column.eq(agent.id());
    }

    /** A workflow's name need not be unique. */
    Condition workflow(Field<WorkflowId> column) {
        return given.workflow == null ? DSL.noCondition() : column.in(workflows(db, given.workflow));
    }

    /** A query of the ids of the workflows with that name or id, of which there is at least one. */
    static Select<Record1<WorkflowId>> workflows(Database db, String name) {
        Condition named = WORKFLOWS.NAME.eq(name);
        Condition either = id(name, WorkflowId::new)
                .map(id -> named.or(WORKFLOWS.ID.eq(id)))
                .orElse(named);
        Select<Record1<WorkflowId>> found =
                DSL.select(WORKFLOWS.ID).from((Table<?>) WORKFLOWS).where(either);
        if (!db.dsl().fetchExists(found)) {
            throw new IllegalArgumentException(
                    "no workflow has the name or id " + name + "; list workflows shows them");
        }
        return found;
    }

    /** The source with that id, or those with that path or file name: a file that has grown is a source each time. */
    static List<SourceId> sources(Database db, String name) {
        Condition named = SOURCES.NAME.eq(name).or(SOURCES.NAME.endsWith("/" + name));
        Condition either =
                id(name, SourceId::new).map(id -> named.or(SOURCES.ID.eq(id))).orElse(named);
        Map<SourceId, String> found = db.dsl()
                .select(SOURCES.ID, SOURCES.NAME)
                .from(SOURCES)
                .where(either)
                .orderBy(SOURCES.ID)
                .limit(PageRequest.MAX_LIMIT + 1)
                .fetchMap(SOURCES.ID, SOURCES.NAME);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no source has the name or id " + name + SHOWN);
        }
        if (new HashSet<>(found.values()).size() > 1) {
            throw new IllegalArgumentException(
                    "several sources are named " + name + "; give the path or the id of one" + SHOWN);
        }
        if (found.size() > PageRequest.MAX_LIMIT) {
            throw new IllegalArgumentException(Count.of(PageRequest.MAX_LIMIT, "source") + " and more are named " + name
                    + "; give the id of one" + SHOWN);
        }
        return List.copyOf(found.keySet());
    }

    private static <I> Optional<I> id(String text, Function<String, I> of) {
        try {
            return Optional.of(of.apply(text));
        } catch (InvalidDataException e) {
            return Optional.empty();
        }
    }
}
