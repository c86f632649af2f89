package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.TeamId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * JDBC by hand on PostgreSQL: a connection for each thread without a pool, a statement prepared for each call, which the
 * driver finds in its cache; a batch that the driver sends as statements of many rows.
 */
final class PostgresJdbcSystem implements StorageSystem {

    private static final int CHUNK = 1_000;

    private static final String INSERT_TASK = "INSERT INTO tasks (" + Sql.TASK_COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?::jsonb, ?, ?, ?, ?, ?)";

    private static final String INSERT_MESSAGE = "INSERT INTO messages (" + Sql.MESSAGE_COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)";

    private static final String TAKE_NUMBERS =
            "INSERT INTO conversations (id, last_sequence_number, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
                    + " SET last_sequence_number = conversations.last_sequence_number + excluded.last_sequence_number"
                    + " RETURNING last_sequence_number";

    private final String url;
    private final ThreadLocal<Connection> connections = ThreadLocal.withInitial(this::connect);
    private final Collection<Connection> opened = new ConcurrentLinkedQueue<>();

    PostgresJdbcSystem(String url) {
        this.url = url + "&reWriteBatchedInserts=true";
    }

    private Connection connect() {
        try {
            Connection connection = DriverManager.getConnection(url);
            opened.add(connection);
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connection() {
        return connections.get();
    }

    @Override
    public Object agent(AgentId id) {
        try (PreparedStatement statement = connection().prepareStatement(Sql.AGENT)) {
            statement.setString(1, id.value());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return PostgresRows.agent(rows);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> completedTasks(AgentId agentId, int limit) {
        try (PreparedStatement statement = connection().prepareStatement(Sql.COMPLETED_TASKS)) {
            statement.setString(1, agentId.value());
            statement.setInt(2, limit + 1);
            List<Task> tasks = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tasks.add(PostgresRows.task(rows));
                }
            }
            return tasks.size() > limit ? tasks.subList(0, limit) : tasks;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> members(TeamId teamId) {
        try (PreparedStatement statement = connection().prepareStatement(Sql.MEMBERS)) {
            statement.setString(1, teamId.value());
            List<Object> members = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    members.add(PostgresRows.member(rows));
                }
            }
            return members;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Object message(MessageId id) {
        try (PreparedStatement statement = connection().prepareStatement(Sql.MESSAGE)) {
            statement.setString(1, id.value());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return PostgresRows.message(rows);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> newestMessages(ConversationId id, int limit) {
        try (PreparedStatement statement = connection().prepareStatement(Sql.NEWEST_MESSAGES)) {
            statement.setString(1, id.value());
            statement.setInt(2, limit);
            List<MessageRow> messages = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    messages.add(PostgresRows.message(result));
                }
            }
            Collections.reverse(messages);
            return messages;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void createTask(Task task) {
        try (PreparedStatement statement = connection().prepareStatement(INSERT_TASK)) {
            PostgresRows.bind(statement, task);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void createMessages(List<Message> messages) {
        Connection connection = connection();
        try {
            connection.setAutoCommit(false);
            insert(Numbering.<SQLException>number(messages, this::take));
            connection.commit();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void insert(List<Message> numbered) throws SQLException {
        try (PreparedStatement statement = connection().prepareStatement(INSERT_MESSAGE)) {
            for (int from = 0; from < numbered.size(); from += CHUNK) {
                for (Message message : numbered.subList(from, Math.min(from + CHUNK, numbered.size()))) {
                    PostgresRows.bind(statement, message);
                    statement.addBatch();
                }
                statement.executeBatch();
            }
        }
    }

    private long take(ConversationId id, long count) throws SQLException {
        try (PreparedStatement statement = connection().prepareStatement(TAKE_NUMBERS)) {
            statement.setString(1, id.value());
            statement.setLong(2, count);
            PostgresRows.setTime(statement, 3, Instant.now());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    @Override
    public void close() {
        try {
            for (Connection connection : opened) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
