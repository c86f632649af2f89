package dev.modelscan.storage.benchmark.system;

import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.TeamId;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/** Jdbi: SQL by hand, rows by functions, a handle of the pool for each call. */
final class JdbiSystem implements StorageSystem {

    private static final int CHUNK = 1_000;

    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final Rows rows = new Rows(TextReader.STRING);

    JdbiSystem(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
    }

    @Override
    public Object agent(AgentId id) {
        return jdbi.withHandle(handle -> handle.createQuery(Sql.AGENT)
                .bind(0, id.value())
                .map((result, context) -> rows.agent(result))
                .one());
    }

    @Override
    public List<?> completedTasks(AgentId agentId, int limit) {
        List<Task> tasks = jdbi.withHandle(handle -> handle.createQuery(Sql.COMPLETED_TASKS)
                .bind(0, agentId.value())
                .bind(1, limit + 1)
                .map((result, context) -> rows.task(result))
                .list());
        return tasks.size() > limit ? tasks.subList(0, limit) : tasks;
    }

    @Override
    public List<?> members(TeamId teamId) {
        return jdbi.withHandle(handle -> handle.createQuery(Sql.MEMBERS)
                .bind(0, teamId.value())
                .map((result, context) -> rows.member(result))
                .list());
    }

    @Override
    public void createTask(Task task) {
        jdbi.useHandle(
                handle -> bind(handle.createUpdate(Sql.INSERT_TASK), task).execute());
    }

    private static <S extends SqlStatement<S>> S bind(S statement, Task task) {
        return statement
                .bind(0, task.id().value())
                .bind(1, task.agentId() == null ? null : task.agentId().value())
                .bind(2, task.workflowId() == null ? null : task.workflowId().value())
                .bind(3, task.teamId() == null ? null : task.teamId().value())
                .bind(4, task.type())
                .bind(5, task.status().code())
                .bind(6, task.priority())
                .bind(7, task.input() == null ? null : task.input().toString())
                .bind(8, task.output() == null ? null : task.output().toString())
                .bind(9, task.error())
                .bind(10, task.metadata().toString())
                .bind(11, StoredTime.format(task.startedAt()))
                .bind(12, StoredTime.format(task.completedAt()))
                .bind(13, task.version())
                .bind(14, StoredTime.format(task.createdAt()))
                .bind(15, StoredTime.format(task.updatedAt()));
    }

    @Override
    public void createMessages(List<Message> messages) {
        jdbi.useTransaction(handle -> {
            List<Message> numbered =
                    Numbering.<RuntimeException>number(messages, (id, count) -> take(handle, id, count));
            for (int from = 0; from < numbered.size(); from += CHUNK) {
                PreparedBatch batch = handle.prepareBatch(Sql.INSERT_MESSAGE);
                for (Message message : numbered.subList(from, Math.min(from + CHUNK, numbered.size()))) {
                    bind(batch, message).add();
                }
                batch.execute();
            }
        });
    }

    private static long take(Handle handle, ConversationId id, long count) {
        return handle.createQuery(Sql.TAKE_NUMBERS)
                .bind(0, id.value())
                .bind(1, count)
                .bind(2, StoredTime.format(Instant.now()))
                .mapTo(Long.class)
                .one();
    }

    private static PreparedBatch bind(PreparedBatch batch, Message message) {
        return batch.bind(0, message.id().value())
                .bind(1, message.conversationId().value())
                .bind(2, message.sequenceNumber())
                .bind(3, message.senderId().value())
                .bind(
                        4,
                        message.receiverId() == null
                                ? null
                                : message.receiverId().value())
                .bind(5, message.taskId() == null ? null : message.taskId().value())
                .bind(6, message.teamId() == null ? null : message.teamId().value())
                .bind(7, message.contentType().value())
                .bind(8, message.content())
                .bind(9, message.metadata().toString())
                .bind(10, StoredTime.format(message.readAt()))
                .bind(11, message.version())
                .bind(12, StoredTime.format(message.createdAt()))
                .bind(13, StoredTime.format(message.updatedAt()));
    }

    @Override
    public void close() {
        pool.close();
    }
}
