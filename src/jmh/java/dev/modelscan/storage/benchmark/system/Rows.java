package dev.modelscan.storage.benchmark.system;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.internal.values.StoredJson;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.workflows.WorkflowId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Maps rows to the public records, and binds records, by position, as one would by hand. */
final class Rows {

    private static final ObjectReader STRINGS = JsonMapper.builder().build().readerFor(String[].class);

    private final TextReader reader;

    Rows(TextReader reader) {
        this.reader = reader;
    }

    Agent agent(ResultSet rows) throws SQLException {
        return agent(rows, 0);
    }

    private Agent agent(ResultSet rows, int before) throws SQLException {
        return new Agent(
                new AgentId(text(rows, before + 1)),
                text(rows, before + 2),
                text(rows, before + 3),
                AgentStatus.fromCode(text(rows, before + 4)),
                strings(text(rows, before + 5)),
                json(rows, before + 6),
                rows.getLong(before + 7),
                time(rows, before + 8),
                time(rows, before + 9));
    }

    TeamMember member(ResultSet rows) throws SQLException {
        return member(rows, 0);
    }

    /** A member whose columns come after {@code before} others. */
    TeamMember member(ResultSet rows, int before) throws SQLException {
        return new TeamMember(agent(rows, before), text(rows, before + 10), time(rows, before + 11));
    }

    /** A team of some rows whose columns are those of the team, then those of a member. */
    Team team(ResultSet rows) throws SQLException {
        return new Team(
                new TeamId(text(rows, 1)),
                text(rows, 2),
                text(rows, 3),
                json(rows, 4),
                rows.getLong(5),
                time(rows, 6),
                time(rows, 7));
    }

    Task task(ResultSet rows) throws SQLException {
        String agent = text(rows, 2);
        String workflow = text(rows, 3);
        String team = text(rows, 4);
        String parent = text(rows, 17);
        return new Task(
                new TaskId(text(rows, 1)),
                agent == null ? null : new AgentId(agent),
                workflow == null ? null : new WorkflowId(workflow),
                team == null ? null : new TeamId(team),
                parent == null ? null : new TaskId(parent),
                text(rows, 5),
                TaskStatus.fromCode(text(rows, 6)),
                rows.getInt(7),
                json(rows, 8),
                json(rows, 9),
                text(rows, 10),
                origin(rows),
                json(rows, 11),
                time(rows, 12),
                time(rows, 13),
                rows.getLong(14),
                time(rows, 15),
                time(rows, 16));
    }

    private Origin origin(ResultSet rows) throws SQLException {
        String format = text(rows, 18);
        if (format == null) {
            return Origin.NONE;
        }
        String source = text(rows, 20);
        return new Origin(
                format,
                text(rows, 19),
                source == null ? null : new SourceId(source),
                number(rows, 21),
                number(rows, 22),
                number(rows, 23));
    }

    private static Long number(ResultSet rows, int column) throws SQLException {
        long value = rows.getLong(column);
        return rows.wasNull() ? null : value;
    }

    MessageRow message(ResultSet rows) throws SQLException {
        return new MessageRow(
                text(rows, 1),
                text(rows, 2),
                rows.getLong(3),
                text(rows, 4),
                text(rows, 5),
                text(rows, 6),
                text(rows, 7),
                text(rows, 8),
                text(rows, 9),
                text(rows, 10),
                time(rows, 11),
                rows.getLong(12),
                time(rows, 13),
                time(rows, 14),
                text(rows, 15));
    }

    String text(ResultSet rows, int column) throws SQLException {
        return reader.read(rows, column);
    }

    private Json json(ResultSet rows, int column) throws SQLException {
        String text = text(rows, column);
        return text == null ? null : StoredJson.of(text);
    }

    private Instant time(ResultSet rows, int column) throws SQLException {
        return StoredTime.parse(text(rows, column));
    }

    private static List<String> strings(String json) {
        try {
            return List.of(STRINGS.<String[]>readValue(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static void bind(PreparedStatement statement, Task task) throws SQLException {
        statement.setString(1, task.id().value());
        statement.setString(2, task.agentId() == null ? null : task.agentId().value());
        statement.setString(
                3, task.workflowId() == null ? null : task.workflowId().value());
        statement.setString(4, task.teamId() == null ? null : task.teamId().value());
        statement.setString(5, task.type());
        statement.setString(6, task.status().code());
        statement.setInt(7, task.priority());
        statement.setString(8, task.input() == null ? null : task.input().toString());
        statement.setString(9, task.output() == null ? null : task.output().toString());
        statement.setString(10, task.error());
        statement.setString(11, task.metadata().toString());
        statement.setString(12, StoredTime.format(task.startedAt()));
        statement.setString(13, StoredTime.format(task.completedAt()));
        statement.setLong(14, task.version());
        statement.setString(15, StoredTime.format(task.createdAt()));
        statement.setString(16, StoredTime.format(task.updatedAt()));
    }

    static void bind(PreparedStatement statement, Message message) throws SQLException {
        statement.setString(1, message.id().value());
        statement.setString(2, message.conversationId().value());
        statement.setLong(3, message.sequenceNumber());
        statement.setString(4, message.senderId().value());
        statement.setString(
                5, message.receiverId() == null ? null : message.receiverId().value());
        statement.setString(
                6, message.taskId() == null ? null : message.taskId().value());
        statement.setString(
                7, message.teamId() == null ? null : message.teamId().value());
        statement.setString(8, message.contentType().value());
        statement.setString(9, message.content());
        statement.setString(10, message.metadata().toString());
        statement.setString(11, StoredTime.format(message.readAt()));
        statement.setLong(12, message.version());
        statement.setString(13, StoredTime.format(message.createdAt()));
        statement.setString(14, StoredTime.format(message.updatedAt()));
    }
}
