package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.TeamId;
import java.util.List;

/**
 * One way to reach the database. Thread-safe. What a read returns is the system's own idiom: the public records, generated
 * records, or entities.
 */
public interface StorageSystem extends AutoCloseable {

    /** Reads one agent, which exists. */
    Object agent(AgentId id);

    /** The first page of an agent's completed tasks. One row more is read, to know whether another page follows. */
    List<?> completedTasks(AgentId agentId, int limit);

    /** All members of a team, in the order in which they joined. */
    List<?> members(TeamId teamId);

    /** Stores a task in a transaction of its own. */
    void createTask(Task task);

    /** Stores messages in one transaction, and gives each its number in its conversation. */
    void createMessages(List<Message> messages);

    /** Reads one message, which exists. */
    default Object message(MessageId id) {
        throw new UnsupportedOperationException();
    }

    /** The newest messages of a conversation, oldest first. */
    default List<?> newestMessages(ConversationId id, int limit) {
        throw new UnsupportedOperationException();
    }

    /** Reads one task, which exists. */
    default Object task(TaskId id) {
        throw new UnsupportedOperationException();
    }

    /** The oldest teams, each with its members. One more is read, as for tasks. */
    default List<?> teamsWithMembers(int limit) {
        throw new UnsupportedOperationException();
    }

    /** Marks an unread message as read, and returns it as it is then. */
    default Object markRead(MessageId id) {
        throw new UnsupportedOperationException();
    }

    /** Starts a pending task, and returns it as it is then. */
    default Object start(TaskId id) {
        throw new UnsupportedOperationException();
    }

    /** Reads all messages, one after the other, and returns how many there were. */
    default long allMessages() {
        throw new UnsupportedOperationException();
    }

    @Override
    void close();
}
