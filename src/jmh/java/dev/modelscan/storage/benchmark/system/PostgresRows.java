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
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.workflows.WorkflowId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/** Maps PostgreSQL's rows to the public records, and binds records, by position, as one would by hand. */
final class PostgresRows {

    private static final ObjectReader STRINGS = JsonMapper.builder().build().readerFor(String[].class);

    private PostgresRows() {}

    static Agent agent(ResultSet rows) throws SQLException {
        return new Agent(
                new AgentId(rows.getString(1)),
                rows.getString(2),
                rows.getString(3),
                AgentStatus.fromCode(rows.getString(4)),
                strings(rows.getString(5)),
                StoredJson.of(rows.getString(6)),
                rows.getLong(7),
                time(rows, 8),
                time(rows, 9));
    }

    static TeamMember member(ResultSet rows) throws SQLException {
        return new TeamMember(agent(rows), rows.getString(10), time(rows, 11));
    }

    static Task task(ResultSet rows) throws SQLException {
        String agent = rows.getString(2);
        String workflow = rows.getString(3);
        String team = rows.getString(4);
        String parent = rows.getString(17);
        return new Task(
                new TaskId(rows.getString(1)),
                agent == null ? null : new AgentId(agent),
                workflow == null ? null : new WorkflowId(workflow),
                team == null ? null : new TeamId(team),
                parent == null ? null : new TaskId(parent),
                rows.getString(5),
                TaskStatus.fromCode(rows.getString(6)),
                rows.getInt(7),
                json(rows, 8),
                json(rows, 9),
                rows.getString(10),
                origin(rows),
                json(rows, 11),
                time(rows, 12),
                time(rows, 13),
                rows.getLong(14),
                time(rows, 15),
                time(rows, 16));
    }

    private static Origin origin(ResultSet rows) throws SQLException {
        String format = rows.getString(18);
        if (format == null) {
            return Origin.NONE;
        }
        String source = rows.getString(20);
        return new Origin(
                format,
                rows.getString(19),
                source == null ? null : new SourceId(source),
                number(rows, 21),
                number(rows, 22),
                number(rows, 23));
    }

    private static Long number(ResultSet rows, int column) throws SQLException {
        long value = rows.getLong(column);
        return rows.wasNull() ? null : value;
    }

    static MessageRow message(ResultSet rows) throws SQLException {
        return new MessageRow(
                rows.getString(1),
                rows.getString(2),
                rows.getLong(3),
                rows.getString(4),
                rows.getString(5),
                rows.getString(6),
                rows.getString(7),
                rows.getString(8),
                rows.getString(9),
                rows.getString(10),
                time(rows, 11),
                rows.getLong(12),
                time(rows, 13),
                time(rows, 14),
                rows.getString(15));
    }

    private static Json json(ResultSet rows, int column) throws SQLException {
        String text = rows.getString(column);
        return text == null ? null : StoredJson.of(text);
    }

    private static Instant time(ResultSet rows, int column) throws SQLException {
        OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
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
        setTime(statement, 12, task.startedAt());
        setTime(statement, 13, task.completedAt());
        statement.setLong(14, task.version());
        setTime(statement, 15, task.createdAt());
        setTime(statement, 16, task.updatedAt());
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
        setTime(statement, 11, message.readAt());
        statement.setLong(12, message.version());
        setTime(statement, 13, message.createdAt());
        setTime(statement, 14, message.updatedAt());
    }

    static void setTime(PreparedStatement statement, int place, Instant time) throws SQLException {
        statement.setObject(place, time == null ? null : time.atOffset(ZoneOffset.UTC));
    }
}
