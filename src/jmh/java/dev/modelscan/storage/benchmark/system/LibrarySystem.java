package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** This library, as an application calls it. */
final class LibrarySystem implements StorageSystem {

    private final Database database;

    LibrarySystem(Path file, Durability durability) {
        this(Database.builder()
                .path(file)
                .durability(durability)
                .busyTimeout(Duration.ofSeconds(60))
                .open());
    }

    LibrarySystem(Database database) {
        this.database = database;
    }

    @Override
    public Object agent(AgentId id) {
        return database.agents().get(id);
    }

    @Override
    public List<?> completedTasks(AgentId agentId, int limit) {
        return database.tasks()
                .listByAgent(agentId, TaskStatus.COMPLETED, PageRequest.first(limit))
                .items();
    }

    @Override
    public Object task(TaskId id) {
        return database.tasks().get(id);
    }

    @Override
    public List<?> teamsWithMembers(int limit) {
        return database.teams().listWithMembers(PageRequest.first(limit)).items();
    }

    @Override
    public Object markRead(MessageId id) {
        return database.messages().markRead(id);
    }

    @Override
    public Object start(TaskId id) {
        return database.tasks().updateStatus(id, TaskStatus.RUNNING);
    }

    @Override
    public long allMessages() {
        long[] count = new long[1];
        database.messages().forEach(message -> count[0]++);
        return count[0];
    }

    @Override
    public List<?> members(TeamId teamId) {
        return database.teams().listMembers(teamId);
    }

    @Override
    public void createTask(Task task) {
        database.tasks().create(task);
    }

    @Override
    public void createMessages(List<Message> messages) {
        database.messages().createAll(messages);
    }

    @Override
    public Object message(MessageId id) {
        return database.messages().get(id);
    }

    @Override
    public List<?> newestMessages(ConversationId id, int limit) {
        return database.messages().listLatest(id, limit);
    }

    @Override
    public void close() {
        database.close();
    }
}
