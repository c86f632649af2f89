package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.cli.formats.Event.Warned;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The runs of a file of the Go package: three queries in the order of the tasks, read side by side. */
final class GoRuns {

    /** What is imported is history, so nothing of it waits or runs. */
    private static final Map<String, TaskStatus> STATUSES = Map.of(
            "pending", TaskStatus.CANCELLED,
            "running", TaskStatus.CANCELLED,
            "completed", TaskStatus.COMPLETED,
            "failed", TaskStatus.FAILED,
            "cancelled", TaskStatus.CANCELLED);

    private static final Set<String> SUCCEEDED = Set.of("success", "completed", "succeeded", "done", "ok");
    private static final Set<String> FAILED = Set.of("failed", "error", "timeout", "cancelled");
    private static final Set<String> UNFINISHED = Set.of("pending", "running");
    private static final int MOST_PRIORITY = 100;

    private final SqliteSource source;
    private final GoAgents agents;
    private final Events events;

    GoRuns(SqliteSource source, GoAgents agents, Events events) {
        this.source = source;
        this.agents = agents;
        this.events = events;
    }

    void tell() throws IOException {
        try (SqliteSource.Cursor tasks = source.cursor("SELECT rowid AS row_number, * FROM tasks ORDER BY rowid");
                SqliteSource.Cursor messages = source.cursor(inOrderOfTasks("messages", conversation()));
                SqliteSource.Cursor tools = source.cursor(inOrderOfTasks("tool_executions", byAgent()))) {
            ObjectNode message = messagesWithoutTask(messages);
            ObjectNode tool = toolsWithoutTask(tools);
            for (ObjectNode task = tasks.next(); task != null; task = tasks.next()) {
                long row = task.path("row_number").asLong();
                String run = task.path("id").asText();
                start(run, task);
                while (message != null && message.path("task_row").asLong() == row) {
                    message(run, message);
                    message = messages.next();
                }
                while (tool != null && tool.path("task_row").asLong() == row) {
                    tool(run, tool);
                    tool = tools.next();
                }
                end(run, task);
            }
        }
    }

    /** Those come first, in runs of their own. Returns the first one of a task. */
    private @Nullable ObjectNode messagesWithoutTask(SqliteSource.Cursor messages) throws IOException {
        ObjectNode message = messages.next();
        while (message != null && message.path("task_row").isNull()) {
            String run = message.path("run_key").asText();
            Place place = place(message);
            start(run, place, message);
            Instant latest = null;
            while (message != null && isOf(run, message)) {
                Instant time = message(run, message);
                latest = time == null ? latest : time;
                message = messages.next();
            }
            end(run, place, null, null, latest);
        }
        return message;
    }

    /** The same of uses of tools. */
    private @Nullable ObjectNode toolsWithoutTask(SqliteSource.Cursor tools) throws IOException {
        ObjectNode tool = tools.next();
        while (tool != null && tool.path("task_row").isNull()) {
            String run = tool.path("run_key").asText();
            Place place = place(tool);
            start(run, place, tool);
            while (tool != null && isOf(run, tool)) {
                tool(run, tool);
                tool = tools.next();
            }
            end(run, place, null, null, null);
        }
        return tool;
    }

    private static boolean isOf(String run, ObjectNode row) {
        return row.path("task_row").isNull() && row.path("run_key").asText().equals(run);
    }

    private String inOrderOfTasks(String table, String key) throws IOException {
        Set<String> columns = source.columns(table);
        if (columns.isEmpty()) {
            return "SELECT NULL AS task_row WHERE 0";
        }
        // A conversation may be that of a task.
        String id = columns.contains("task_id") ? "task_id" : "conversation_id";
        boolean tasks = columns.contains(id);
        return "SELECT r.rowid AS row_number, " + (tasks ? "t.rowid" : "NULL") + " AS task_row, " + key
                + " AS run_key, r.* FROM " + table + " r" + (tasks ? " LEFT JOIN tasks t ON t.id = r." + id : "")
                + " ORDER BY task_row, run_key, r.rowid";
    }

    /** The key of the run of a message without a task. */
    private String conversation() throws IOException {
        Set<String> columns = source.columns("messages");
        String pair = columns.contains("from_agent")
                ? "'between ' || min(coalesce(r.from_agent, ''), coalesce(r.to_agent, '')) || ' and '"
                        + " || max(coalesce(r.from_agent, ''), coalesce(r.to_agent, ''))"
                : "'messages'";
        String team = columns.contains("team_id") ? "'team ' || nullif(r.team_id, ''), " : "";
        String conversation = columns.contains("conversation_id") ? "r.conversation_id, " : "";
        String task = columns.contains("task_id") ? "'task ' || nullif(r.task_id, ''), " : "";
        return "coalesce(" + conversation + task + team + pair + ", 'messages')";
    }

    private String byAgent() throws IOException {
        return source.columns("tool_executions").contains("agent_id")
                ? "'tools of ' || coalesce(r.agent_id, 'nobody')"
                : "'tools'";
    }

    private static Place place(ObjectNode row) {
        return new Place(row.path("row_number").asLong(), 0, -1);
    }

    private void start(String run, Place place, ObjectNode row) {
        ObjectNode metadata = Fields.object();
        String team = agents.team(GoRows.text(row, "team_id"));
        if (team != null) {
            metadata.put("team", team);
        }
        String task = GoRows.text(row, "task_id");
        if (task != null) {
            String text = "is " + task + ", and there is no such task; the rows are kept as a run of their own";
            events.accept(new Warned(run, place, "task_id", text));
        }
        events.accept(new RunStarted(run, place, run, null, run, null, null, metadata));
    }

    private void end(
            String run, Place place, @Nullable TaskStatus status, @Nullable String error, @Nullable Instant end) {
        events.accept(new RunEnded(run, place, null, status, error, end, null, Fields.object()));
    }

    private void start(String run, ObjectNode task) {
        Place place = place(task);
        Instant started = GoRows.time(task.path("started_at"));
        started = started == null ? GoRows.time(task.path("created_at")) : started;
        ObjectNode metadata = GoRows.parsed(Fields.rest(task, "row_number", "id", "type", "agent_id"));
        String agent = GoRows.text(task, "agent_id", "assigned_to");
        if (agent != null) {
            metadata.put("agent_id", agent);
        }
        String team = agents.team(GoRows.text(task, "team_id"));
        if (team != null) {
            metadata.put("team", team);
        }
        long priority = task.path("priority").asLong();
        if (Math.abs(priority) > MOST_PRIORITY) {
            events.accept(new Warned(run, place, "tasks.priority", "is " + priority + "; it is kept in the metadata"));
        }
        for (String column : Set.of("created_at", "started_at", "completed_at", "updated_at")) {
            time(run, place, "tasks.", task, column);
        }
        events.accept(new RunStarted(
                run, place, run, null, GoRows.text(task, "type"), agents.name(agent), started, metadata));
    }

    private void time(String run, Place place, String table, ObjectNode row, String column) {
        String text = GoRows.text(row, column);
        if (text != null && !text.startsWith("0001") && GoRows.time(row.path(column)) == null) {
            String warning = "is " + text + ", which is not a time; it is kept in the metadata";
            events.accept(new Warned(run, place, table + column, warning));
        }
    }

    private void end(String run, ObjectNode task) {
        Place place = place(task);
        String named = GoRows.text(task, "status");
        TaskStatus status = named == null ? null : STATUSES.get(named.toLowerCase(Locale.ROOT));
        if (named != null && status == null) {
            events.accept(new Warned(run, place, "tasks.status", "is " + named + "; it is kept in the metadata"));
        } else if (named != null && UNFINISHED.contains(named.toLowerCase(Locale.ROOT))) {
            String text = "is " + named + "; an imported task is history, so it is stored as cancelled";
            events.accept(new Warned(run, place, "tasks.status", text));
        }
        String error = status == TaskStatus.FAILED ? GoRows.text(task, "error") : null;
        end(run, place, status, error, GoRows.time(task.path("completed_at")));
    }

    private @Nullable Instant message(String run, ObjectNode row) {
        Place place = place(row);
        Instant time = GoRows.time(row.path("created_at"));
        time(run, place, "messages.", row, "created_at");
        String kind = GoRows.text(row, "message_type", "type", "role");
        String from = GoRows.text(row, "from_agent", "sender_id", "agent_id");
        ObjectNode rest = GoRows.parsed(Fields.rest(row, "row_number", "task_row", "run_key", "id", "content"));
        String to = agents.name(GoRows.text(row, "to_agent", "receiver_id"));
        if (to != null) {
            rest.put("to", to);
        }
        JsonNode content = row.path("content");
        Part part = content.isTextual() ? new Part.Text(content.textValue()) : new Part.Other(content);
        events.accept(MessageRead.builder(run, place, role(kind))
                .externalId(GoRows.text(row, "id"))
                .author(agents.name(from))
                .createdAt(time)
                .add(part)
                .rest(rest)
                .build());
        return time;
    }

    private static Role role(@Nullable String kind) {
        return switch (kind == null ? "" : kind.toLowerCase(Locale.ROOT)) {
            case "system" -> Role.SYSTEM;
            case "developer" -> Role.DEVELOPER;
            case "user", "human" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            default -> Role.OTHER;
        };
    }

    private void tool(String run, ObjectNode row) {
        Place place = place(row);
        Instant started = GoRows.time(row.path("started_at"));
        Instant completed = GoRows.time(row.path("completed_at"));
        time(run, place, "tool_executions.", row, "started_at");
        time(run, place, "tool_executions.", row, "completed_at");
        ObjectNode rest = GoRows.parsed(
                Fields.rest(row, "row_number", "task_row", "run_key", "id", "tool_name", "input", "output"));
        String tool = GoRows.text(row, "tool_name");
        String id = GoRows.text(row, "id");
        JsonNode input = given(row.path("input"));
        Part.Call call = new Part.Call(id, tool, input, started, completed, Fields.object());
        String agent = agents.name(GoRows.text(row, "agent_id"));
        events.accept(new ToolUsed(run, place, id, agent, call, answer(run, place, row, id, started, completed), rest));
    }

    private Part.@Nullable Answer answer(
            String run,
            Place place,
            ObjectNode row,
            @Nullable String id,
            @Nullable Instant started,
            @Nullable Instant completed) {
        String status = GoRows.text(row, "status");
        String error = GoRows.text(row, "error", "error_message");
        JsonNode output = given(row.path("output"));
        String known = status == null ? "" : status.toLowerCase(Locale.ROOT);
        if (UNFINISHED.contains(known) && output == null && error == null && completed == null) {
            return null;
        }
        Outcome outcome = SUCCEEDED.contains(known)
                ? Outcome.SUCCESS
                : FAILED.contains(known) || error != null ? Outcome.FAILED : Outcome.UNKNOWN;
        boolean byStatus = SUCCEEDED.contains(known) || FAILED.contains(known);
        if (status != null && !byStatus && !UNFINISHED.contains(known)) {
            events.accept(
                    new Warned(run, place, "tool_executions.status", "is " + status + "; it is kept in the metadata"));
        }
        String decidedBy = byStatus ? "status" : error == null ? null : "error";
        JsonNode told = output == null && error != null ? Fields.object().put("error", error) : output;
        return new Part.Answer(
                id,
                null,
                told,
                outcome,
                decidedBy,
                started,
                completed,
                completed == null ? GoRows.duration(row.path("duration")) : null);
    }

    private static @Nullable JsonNode given(JsonNode value) {
        boolean empty = value.isNull()
                || value.isMissingNode()
                || (value.isTextual() && value.textValue().isEmpty());
        return empty ? null : Fields.structure(value);
    }
}
