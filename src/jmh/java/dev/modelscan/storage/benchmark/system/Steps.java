package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** The step of an agent: in one transaction a message, an execution, its end, the agent's status, and a message. */
public interface Steps extends AutoCloseable {

    /**
     * Does one step.
     *
     * @param number differs from that of the agent's step before
     */
    void step(AgentId agent, long number);

    @Override
    void close();

    /** The library's. */
    static Steps library(Path file, Durability durability) {
        Database database = Database.builder()
                .path(file)
                .durability(durability)
                .busyTimeout(Duration.ofSeconds(60))
                .open();
        return new Steps() {
            @Override
            public void step(AgentId agent, long number) {
                database.useTx(tx -> {
                    tx.messages().create(message(agent, number));
                    ToolExecution execution = tx.toolExecutions()
                            .create(ToolExecution.builder()
                                    .agentId(agent)
                                    .toolName("search")
                                    .status(ToolExecutionStatus.RUNNING)
                                    .input(Json.parse(input(number)))
                                    .build());
                    tx.toolExecutions().complete(execution.id(), Json.parse(output(number)));
                    tx.agents().updateStatus(agent, status(number));
                    tx.messages().create(message(agent, number));
                });
            }

            @Override
            public void close() {
                database.close();
            }
        };
    }

    /** One connection behind a lock, and each statement prepared once. */
    static Steps lockedJdbc(Path file) {
        try {
            return new Locked(new JdbcSession(new Settings(file, Durability.FULL, 1).connect()));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AgentStatus status(long number) {
        return number % 2 == 0 ? AgentStatus.ACTIVE : AgentStatus.IDLE;
    }

    private static String input(long number) {
        return "{\"query\":\"step " + number + "\"}";
    }

    private static String output(long number) {
        return "{\"hits\":" + number + "}";
    }

    private static Message message(AgentId agent, long number) {
        return Message.builder()
                .conversationId(new ConversationId(agent.value()))
                .senderId(agent)
                .content("What is known about step " + number + "? ".repeat(40))
                .build();
    }

    /** See {@link #lockedJdbc}. */
    final class Locked implements Steps {

        private final JdbcSession session;
        private final PreparedStatement insertExecution;
        private final PreparedStatement endExecution;
        private final PreparedStatement setStatus;
        private final ReentrantLock lock = new ReentrantLock(true);

        private Locked(JdbcSession session) throws SQLException {
            this.session = session;
            this.insertExecution = session.connection.prepareStatement(
                    "INSERT INTO tool_executions (id, agent_id, tool_name, input, status, started_at, created_at, updated_at)"
                            + " VALUES (?, ?, 'search', ?, 'running', ?, ?, ?)");
            this.endExecution = session.connection.prepareStatement(
                    "UPDATE tool_executions SET status = 'success', output = ?, completed_at = ?, updated_at = ?,"
                            + " version = version + 1 WHERE id = ? AND status = 'running' RETURNING id, version, started_at");
            this.setStatus = session.connection.prepareStatement("UPDATE agents SET status = ?, updated_at = ?,"
                    + " version = version + 1 WHERE id = ? RETURNING id, version, name");
        }

        @Override
        public void step(AgentId agent, long number) {
            lock.lock();
            try {
                session.begin.execute();
                insert(message(agent, number));
                String execution = UUID.randomUUID().toString();
                String now = StoredTime.format(Instant.now());
                executeUpdate(insertExecution, execution, agent.value(), input(number), now, now, now);
                drain(endExecution, output(number), now, now, execution);
                drain(setStatus, status(number).code(), now, agent.value());
                insert(message(agent, number));
                session.commit.execute();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } finally {
                lock.unlock();
            }
        }

        private void insert(Message message) throws SQLException {
            List<Message> numbered = Numbering.<SQLException>number(List.of(message), this::takeNumbers);
            Rows.bind(session.insertMessage, numbered.get(0));
            session.insertMessage.executeUpdate();
        }

        private long takeNumbers(ConversationId id, long count) throws SQLException {
            bind(session.takeNumbers, id.value());
            session.takeNumbers.setLong(2, count);
            session.takeNumbers.setString(3, StoredTime.format(Instant.now()));
            try (ResultSet result = session.takeNumbers.executeQuery()) {
                result.next();
                long last = result.getLong(1);
                result.next();
                return last;
            }
        }

        private static void bind(PreparedStatement statement, String... values) throws SQLException {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
        }

        private static void executeUpdate(PreparedStatement statement, String... values) throws SQLException {
            bind(statement, values);
            statement.executeUpdate();
        }

        private static void drain(PreparedStatement statement, String... values) throws SQLException {
            bind(statement, values);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    result.getString(1);
                }
            }
        }

        @Override
        public void close() {
            try {
                session.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
