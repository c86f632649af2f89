package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.teams.TeamWithMembers;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The best that one usually writes by hand: a connection for each thread, each statement prepared once, values bound and read
 * by position, a batch for bulk. A create is one statement outside of a transaction, so SQLite commits it by itself.
 */
final class CachedJdbcSystem implements StorageSystem {

    private static final int CHUNK = 1_000;

    private final ConcurrentLinkedQueue<JdbcSession> sessions = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<JdbcSession> current;
    private final Rows rows;

    CachedJdbcSystem(Settings settings, TextReader reader) {
        this.rows = new Rows(reader);
        this.current = ThreadLocal.withInitial(() -> open(settings));
    }

    private JdbcSession open(Settings settings) {
        try {
            JdbcSession session = new JdbcSession(settings.connect());
            sessions.add(session);
            return session;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Object agent(AgentId id) {
        try {
            PreparedStatement statement = current.get().agent;
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
        try {
            PreparedStatement statement = current.get().completedTasks;
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
    public Object task(TaskId id) {
        try {
            PreparedStatement statement = current.get().task;
            statement.setString(1, id.value());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return rows.task(result);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> teamsWithMembers(int limit) {
        try {
            PreparedStatement statement = current.get().teamsWithMembers;
            statement.setInt(1, limit + 1);
            List<TeamWithMembers> teams = new ArrayList<>();
            List<TeamMember> members = new ArrayList<>();
            Team team = null;
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    String id = rows.text(result, 1);
                    if (team == null || !id.equals(team.id().value())) {
                        add(teams, team, members);
                        team = rows.team(result);
                        members = new ArrayList<>();
                    }
                    members.add(rows.member(result, 7));
                }
            }
            add(teams, team, members);
            return teams.size() > limit ? teams.subList(0, limit) : teams;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(List<TeamWithMembers> teams, Team team, List<TeamMember> members) {
        if (team != null) {
            teams.add(new TeamWithMembers(team, members));
        }
    }

    @Override
    public Object markRead(MessageId id) {
        return updated(current.get().markRead, id.value(), rows::message);
    }

    @Override
    public Object start(TaskId id) {
        return updated(current.get().startTask, id.value(), rows::task);
    }

    /** What an update of one row returns. SQLite commits when the rows have been read to their end. */
    private static <T> T updated(PreparedStatement statement, String id, Mapper<T> mapper) {
        try {
            statement.setString(1, StoredTime.format(Instant.now()));
            statement.setString(2, id);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                T row = mapper.map(result);
                result.next();
                return row;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Maps a row. */
    @FunctionalInterface
    private interface Mapper<T> {
        T map(ResultSet rows) throws SQLException;
    }

    @Override
    public long allMessages() {
        try (PreparedStatement statement = current.get().connection.prepareStatement(Sql.ALL_MESSAGES);
                ResultSet result = statement.executeQuery()) {
            long count = 0;
            while (result.next()) {
                Objects.requireNonNull(rows.message(result));
                count++;
            }
            return count;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> members(TeamId teamId) {
        try {
            PreparedStatement statement = current.get().members;
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
    public Object message(MessageId id) {
        try {
            PreparedStatement statement = current.get().message;
            statement.setString(1, id.value());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return rows.message(result);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<?> newestMessages(ConversationId id, int limit) {
        try {
            PreparedStatement statement = current.get().newestMessages;
            statement.setString(1, id.value());
            statement.setInt(2, limit);
            List<MessageRow> messages = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    messages.add(rows.message(result));
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
        try {
            PreparedStatement statement = current.get().insertTask;
            Rows.bind(statement, task);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void createMessages(List<Message> messages) {
        JdbcSession session = current.get();
        try {
            session.begin.execute();
            try {
                insert(session, messages);
                session.commit.execute();
            } catch (SQLException e) {
                session.rollback.execute();
                throw e;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void insert(JdbcSession session, List<Message> messages) throws SQLException {
        List<Message> numbered = Numbering.<SQLException>number(messages, (id, count) -> take(session, id, count));
        for (int from = 0; from < numbered.size(); from += CHUNK) {
            for (Message message : numbered.subList(from, Math.min(from + CHUNK, numbered.size()))) {
                Rows.bind(session.insertMessage, message);
                session.insertMessage.addBatch();
            }
            session.insertMessage.executeBatch();
        }
    }

    private static long take(JdbcSession session, ConversationId id, long count) throws SQLException {
        session.takeNumbers.setString(1, id.value());
        session.takeNumbers.setLong(2, count);
        session.takeNumbers.setString(3, StoredTime.format(Instant.now()));
        try (ResultSet result = session.takeNumbers.executeQuery()) {
            result.next();
            long last = result.getLong(1);
            result.next();
            return last;
        }
    }

    @Override
    public void close() {
        for (JdbcSession session : sessions) {
            try {
                session.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
