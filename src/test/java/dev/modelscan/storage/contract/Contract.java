package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.workflows.Workflow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A suite that every engine must pass. Each test has its own database. */
abstract class Contract extends Suite {

    static final ConversationId CONVERSATION = new ConversationId("conversation");

    final TestClock clock = new TestClock();
    Database db;

    @BeforeEach
    final void openDatabase() {
        db = builder().open();
    }

    @AfterEach
    final void closeDatabase() {
        db.close();
        engine().recycle(db);
    }

    /** A builder of a new database with the suite's clock. */
    final DatabaseBuilder builder() {
        return engine().builder().clock(clock);
    }

    final Agent createAgent(String name) {
        return db.agents().create(agent(name).build());
    }

    final Team createTeam(String name) {
        return db.teams().create(Team.builder().name(name).build());
    }

    static Agent.Builder agent(String name) {
        return Agent.builder().name(name).mode("llm");
    }

    static Task.Builder task() {
        return Task.builder().type("summarise");
    }

    static Workflow.Builder workflow() {
        return Workflow.builder().name("nightly");
    }

    static Message.Builder message(Agent sender) {
        return Message.builder()
                .conversationId(CONVERSATION)
                .senderId(sender.id())
                .content("hello");
    }

    static Source.Builder source() {
        return Source.builder().format("claude-code").name("session.jsonl");
    }

    static ModelCall.Builder modelCall() {
        return ModelCall.builder().model("large-2");
    }

    static Score.Builder score(Task task) {
        return Score.builder().taskId(task.id()).name("reward").value(BigDecimal.ONE);
    }

    static ToolExecution.Builder execution(Agent agent) {
        return ToolExecution.builder().agentId(agent.id()).toolName("search");
    }

    /** All pages of a list, one after the other. */
    static <R> List<R> walk(int limit, Function<PageRequest, Page<R>> list) {
        List<R> all = new ArrayList<>();
        PageRequest request = PageRequest.first(limit);
        while (request != null) {
            Page<R> page = list.apply(request);
            all.addAll(page.items());
            request = page.next().orElse(null);
        }
        return all;
    }

    /** Returns when a session of PostgreSQL waits for this one. */
    static void awaitBlocked(DSLContext dsl) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (dsl.fetchSingle(
                                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
                        .get(0, Integer.class)
                == 0) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    /** Everything that is stored, to find any change. */
    final List<Object> everything() {
        List<Object> all = new ArrayList<>();
        all.addAll(db.agents().list(PageRequest.MAX_LIMIT, 0));
        all.addAll(db.workflows().list(PageRequest.MAX_LIMIT, 0));
        all.addAll(db.tasks().list(PageRequest.MAX_LIMIT, 0));
        all.addAll(db.messages().list(PageRequest.MAX_LIMIT, 0));
        all.addAll(db.toolExecutions().list(PageRequest.MAX_LIMIT, 0));
        all.addAll(db.sources().list(PageRequest.MAX_LIMIT, 0));
        all.addAll(db.modelCalls().list(PageRequest.MAX_LIMIT, 0));
        all.addAll(db.scores().list(PageRequest.MAX_LIMIT, 0));
        walk(100, db.conversations()::list).forEach(all::add);
        walk(100, db.teams()::listWithMembers).forEach(all::add);
        return all;
    }
}
