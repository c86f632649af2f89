package dev.modelscan.storage.benchmark.system;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A connection and its statements, prepared once. */
final class JdbcSession implements AutoCloseable {

    final Connection connection;
    final PreparedStatement agent;
    final PreparedStatement completedTasks;
    final PreparedStatement task;
    final PreparedStatement teamsWithMembers;
    final PreparedStatement markRead;
    final PreparedStatement startTask;
    final PreparedStatement members;
    final PreparedStatement message;
    final PreparedStatement newestMessages;
    final PreparedStatement insertTask;
    final PreparedStatement insertMessage;
    final PreparedStatement takeNumbers;
    final PreparedStatement begin;
    final PreparedStatement commit;
    final PreparedStatement rollback;

    JdbcSession(Connection connection) throws SQLException {
        this.connection = connection;
        this.agent = connection.prepareStatement(Sql.AGENT);
        this.completedTasks = connection.prepareStatement(Sql.COMPLETED_TASKS);
        this.task = connection.prepareStatement(Sql.TASK);
        this.teamsWithMembers = connection.prepareStatement(Sql.TEAMS_WITH_MEMBERS);
        this.markRead = connection.prepareStatement(Sql.MARK_READ);
        this.startTask = connection.prepareStatement(Sql.START_TASK);
        this.members = connection.prepareStatement(Sql.MEMBERS);
        this.message = connection.prepareStatement(Sql.MESSAGE);
        this.newestMessages = connection.prepareStatement(Sql.NEWEST_MESSAGES);
        this.insertTask = connection.prepareStatement(Sql.INSERT_TASK);
        this.insertMessage = connection.prepareStatement(Sql.INSERT_MESSAGE);
        this.takeNumbers = connection.prepareStatement(Sql.TAKE_NUMBERS);
        this.begin = connection.prepareStatement("BEGIN IMMEDIATE");
        this.commit = connection.prepareStatement("COMMIT");
        this.rollback = connection.prepareStatement("ROLLBACK");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
