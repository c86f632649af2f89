package dev.modelscan.storage.benchmark.system;

import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.TeamId;
import java.time.Instant;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cfg.Configuration;
import org.hibernate.community.dialect.SQLiteDialect;

/** Hibernate: entities, a session for each call, a stateless session with batches for bulk. */
final class HibernateSystem implements StorageSystem {

    private final HikariDataSource pool;
    private final SessionFactory factory;

    HibernateSystem(HikariDataSource pool) {
        this.pool = pool;
        Configuration configuration = new Configuration()
                .addAnnotatedClass(AgentEntity.class)
                .addAnnotatedClass(TaskEntity.class)
                .addAnnotatedClass(MessageEntity.class)
                .addAnnotatedClass(TeamMemberEntity.class)
                .addAnnotatedClass(StoredTimeConverter.class)
                .setProperty("hibernate.dialect", SQLiteDialect.class.getName())
                .setProperty("hibernate.jdbc.batch_size", "1000");
        configuration.getProperties().put("hibernate.connection.datasource", pool);
        this.factory = configuration.buildSessionFactory();
    }

    @Override
    public Object agent(AgentId id) {
        try (Session session = factory.openSession()) {
            return session.find(AgentEntity.class, id.value());
        }
    }

    @Override
    public List<?> completedTasks(AgentId agentId, int limit) {
        try (Session session = factory.openSession()) {
            List<TaskEntity> tasks = session.createSelectionQuery(
                            "from TaskEntity where agentId = :agent and status = 'completed'"
                                    + " order by priority desc, createdAt, id",
                            TaskEntity.class)
                    .setParameter("agent", agentId.value())
                    .setMaxResults(limit + 1)
                    .setReadOnly(true)
                    .list();
            return tasks.size() > limit ? tasks.subList(0, limit) : tasks;
        }
    }

    @Override
    public List<?> members(TeamId teamId) {
        try (Session session = factory.openSession()) {
            return session.createSelectionQuery(
                            "from TeamMemberEntity m join fetch m.agent where m.teamId = :team"
                                    + " order by m.joinedAt, m.agentId",
                            TeamMemberEntity.class)
                    .setParameter("team", teamId.value())
                    .setReadOnly(true)
                    .list();
        }
    }

    @Override
    public void createTask(Task task) {
        factory.inTransaction(session -> session.persist(TaskEntity.of(task)));
    }

    @Override
    public void createMessages(List<Message> messages) {
        factory.inStatelessTransaction(session -> {
            List<Message> numbered =
                    Numbering.<RuntimeException>number(messages, (id, count) -> take(session, id, count));
            session.setJdbcBatchSize(1_000);
            session.insertMultiple(numbered.stream().map(MessageEntity::of).toList());
        });
    }

    private static long take(StatelessSession session, ConversationId id, long count) {
        return session.createNativeQuery(Sql.TAKE_NUMBERS, Long.class)
                .setParameter(1, id.value())
                .setParameter(2, count)
                .setParameter(3, StoredTime.format(Instant.now()))
                .getSingleResult();
    }

    @Override
    public void close() {
        factory.close();
        pool.close();
    }
}
