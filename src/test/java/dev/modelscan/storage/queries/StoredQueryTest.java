package dev.modelscan.storage.queries;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.update;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.testkit.StatementLog;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stored queries send, and how often they are built. */
class StoredQueryTest {

    private static final QueryParameter<TaskId> ID = StoredQueries.parameter("id", TASKS.ID);
    private static final QueryParameter<TaskStatus> STATUS = StoredQueries.parameter("status", TASKS.STATUS);
    private static final AtomicInteger BUILT = new AtomicInteger();

    private static final StoredQuery<String> TYPE = StoredQueries.query(
            () -> {
                BUILT.incrementAndGet();
                return select(TASKS.TYPE).from(TASKS).where(TASKS.ID.eq(ID.param()));
            },
            into(type -> type));

    private record Line(int priority, java.time.Instant createdAt, TaskId id) {}

    private static final StoredQuery<Line> PENDING = StoredQueries.query(
            () -> select(TASKS.PRIORITY, TASKS.CREATED_AT, TASKS.ID)
                    .from(TASKS)
                    .where(TASKS.STATUS.eq(STATUS.param()))
                    .orderBy(TASKS.PRIORITY.desc(), TASKS.CREATED_AT, TASKS.ID),
            into(Line::new));

    private static final StoredCommand TOUCH = StoredQueries.command(
            () -> update(TASKS).set(TASKS.PRIORITY, TASKS.PRIORITY.plus(1)).where(TASKS.ID.eq(ID.param())));

    private final Database db = Database.inMemory();
    private Task task;

    @BeforeEach
    void fill() {
        task = db.tasks().create(Task.builder().type("a").build());
        db.tasks().create(Task.builder().type("b").build());
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static int sent(Runnable call) {
        try (StatementLog log = new StatementLog()) {
            call.run();
            return log.statements().size();
        }
    }

    @Test
    void aCallSendsOneStatement() {
        assertThat(sent(() -> db.query(TYPE).set(ID, task.id()).one())).isOne();
        assertThat(sent(() -> db.query(PENDING).set(STATUS, TaskStatus.PENDING).list(10)))
                .isOne();
        PageRequest next = db.query(PENDING)
                .set(STATUS, TaskStatus.PENDING)
                .page(PageRequest.first(1))
                .next()
                .orElseThrow();
        assertThat(sent(() -> db.query(PENDING).set(STATUS, TaskStatus.PENDING).page(next)))
                .isOne();
        assertThat(sent(() -> db.query(PENDING).set(STATUS, TaskStatus.PENDING).stream()
                        .forEach(line -> {})))
                .isOne();
        db.useTx(tx -> {
            assertThat(sent(() -> tx.query(TYPE).set(ID, task.id()).one())).isOne();
            assertThat(sent(() -> tx.command(TOUCH).set(ID, task.id()).execute()))
                    .isOne();
        });
    }

    @Test
    void aQueryIsBuiltOnceForEachForm() {
        db.query(TYPE).set(ID, task.id()).one();
        int built = BUILT.get();
        for (int i = 0; i < 100; i++) {
            assertThat(db.query(TYPE).set(ID, task.id()).one()).isEqualTo("a");
        }
        assertThat(BUILT.get()).isEqualTo(built).isLessThan(5);
    }

    /** The whole list in its order comes out of the index of the repository's list. */
    @Test
    void anIndexServesFilterAndOrder() {
        try (StatementLog log = new StatementLog()) {
            db.query(PENDING).set(STATUS, TaskStatus.PENDING).list(10);
            String sql = log.statements().get(0).replace("?", "1");
            List<String> plan = db.dsl().fetch("EXPLAIN QUERY PLAN " + sql).getValues("detail", String.class);
            assertThat(plan).singleElement().asString().startsWith("SEARCH tasks USING");
        }
    }
}
