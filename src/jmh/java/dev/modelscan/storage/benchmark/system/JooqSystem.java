package dev.modelscan.storage.benchmark.system;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;

import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.schema.tables.records.MessagesRecord;
import dev.modelscan.storage.schema.tables.records.TasksRecord;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** jOOQ as its manual shows it: generated tables, generated records, a data source. */
final class JooqSystem implements StorageSystem {

    private final DSLContext jooq;
    private final Runnable end;

    JooqSystem(HikariDataSource pool, SQLDialect dialect) {
        this(DSL.using(pool, dialect), pool::close);
    }

    JooqSystem(DSLContext jooq, Runnable end) {
        this.jooq = jooq;
        this.end = end;
    }

    @Override
    public Object agent(AgentId id) {
        return Objects.requireNonNull(jooq.fetchOne(AGENTS, AGENTS.ID.eq(id)));
    }

    @Override
    public List<?> completedTasks(AgentId agentId, int limit) {
        List<TasksRecord> tasks = jooq.selectFrom(TASKS)
                .where(TASKS.AGENT_ID.eq(agentId))
                .and(TASKS.STATUS.eq(TaskStatus.COMPLETED))
                .orderBy(TASKS.PRIORITY.desc(), TASKS.CREATED_AT, TASKS.ID)
                .limit(limit + 1)
                .fetch();
        return tasks.size() > limit ? tasks.subList(0, limit) : tasks;
    }

    @Override
    public List<?> members(TeamId teamId) {
        return jooq.select(AGENTS.fields())
                .select(TEAM_MEMBERS.ROLE, TEAM_MEMBERS.JOINED_AT)
                .from(TEAM_MEMBERS)
                .join(AGENTS)
                .on(TEAM_MEMBERS.AGENT_ID.eq(AGENTS.ID))
                .where(TEAM_MEMBERS.TEAM_ID.eq(teamId))
                .orderBy(TEAM_MEMBERS.JOINED_AT, TEAM_MEMBERS.AGENT_ID)
                .fetch();
    }

    @Override
    public void createTask(Task task) {
        TasksRecord record = jooq.newRecord(TASKS);
        record.setId(task.id());
        record.setAgentId(task.agentId());
        record.setType(task.type());
        record.setStatus(task.status());
        record.setPriority(task.priority());
        record.setInput(task.input());
        record.setMetadata(task.metadata());
        record.setVersion(task.version());
        record.setCreatedAt(task.createdAt());
        record.setUpdatedAt(task.updatedAt());
        record.insert();
    }

    @Override
    public void createMessages(List<Message> messages) {
        jooq.transaction(configuration -> {
            DSLContext transaction = configuration.dsl();
            List<Message> numbered =
                    Numbering.<RuntimeException>number(messages, (id, count) -> take(transaction, id, count));
            List<MessagesRecord> records = new ArrayList<>(numbered.size());
            numbered.forEach(message -> records.add(toRecord(message)));
            transaction.batchInsert(records).execute();
        });
    }

    private static long take(DSLContext transaction, ConversationId id, long count) {
        return transaction
                .insertInto(
                        CONVERSATIONS, CONVERSATIONS.ID, CONVERSATIONS.LAST_SEQUENCE_NUMBER, CONVERSATIONS.CREATED_AT)
                .values(id, count, Instant.now())
                .onConflict(CONVERSATIONS.ID)
                .doUpdate()
                .set(CONVERSATIONS.LAST_SEQUENCE_NUMBER, CONVERSATIONS.LAST_SEQUENCE_NUMBER.plus(count))
                .returning(CONVERSATIONS.LAST_SEQUENCE_NUMBER)
                .fetchSingle(CONVERSATIONS.LAST_SEQUENCE_NUMBER);
    }

    private static MessagesRecord toRecord(Message message) {
        MessagesRecord record = new MessagesRecord();
        record.setId(message.id());
        record.setConversationId(message.conversationId());
        record.setSequenceNumber(message.sequenceNumber());
        record.setSenderId(message.senderId());
        record.setReceiverId(message.receiverId());
        record.setContentType(message.contentType());
        record.setContent(message.content());
        record.setMetadata(message.metadata());
        record.setVersion(message.version());
        record.setCreatedAt(message.createdAt());
        record.setUpdatedAt(message.updatedAt());
        return record;
    }

    @Override
    public void close() {
        end.run();
    }
}
