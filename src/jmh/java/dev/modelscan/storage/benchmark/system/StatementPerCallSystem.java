package dev.modelscan.storage.benchmark.system;

import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.TeamId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** JDBC as most applications use it: a connection of the pool and a statement for each call. The driver keeps none. */
final class StatementPerCallSystem implements StorageSystem {

    private final HikariDataSource pool;
    private final Rows rows = new Rows(TextReader.STRING);

    StatementPerCallSystem(HikariDataSource pool) {
        this.pool = pool;
    }

    @Override
    public Object agent(AgentId id) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(Sql.AGENT)) {
            statement.setString(1, id.value());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return rows.agent(result);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> completedTasks(AgentId agentId, int limit) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(Sql.COMPLETED_TASKS)) {
            statement.setString(1, agentId.value());
            statement.setInt(2, limit + 1);
            List<Task> tasks = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    tasks.add(rows.task(result));
                }
            }
            return tasks.size() > limit ? tasks.subList(0, limit) : tasks;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> members(TeamId teamId) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(Sql.MEMBERS)) {
            statement.setString(1, teamId.value());
            List<Object> members = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    members.add(rows.member(result));
                }
            }
            return members;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void createTask(Task task) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(Sql.INSERT_TASK)) {
            Rows.bind(statement, task);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One statement for each row: who batches keeps a statement. */
    @Override
    public void createMessages(List<Message> messages) {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            List<Message> numbered =
                    Numbering.<SQLException>number(messages, (id, count) -> take(connection, id, count));
            for (Message message : numbered) {
                try (PreparedStatement statement = connection.prepareStatement(Sql.INSERT_MESSAGE)) {
                    Rows.bind(statement, message);
                    statement.executeUpdate();
                }
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long take(Connection connection, ConversationId id, long count) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(Sql.TAKE_NUMBERS)) {
            statement.setString(1, id.value());
            statement.setLong(2, count);
            statement.setString(3, StoredTime.format(Instant.now()));
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
