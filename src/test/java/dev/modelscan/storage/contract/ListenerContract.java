package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.metrics.Operation;
import dev.modelscan.storage.metrics.Operation.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a listener is told. */
abstract class ListenerContract extends Contract {

    private final List<Operation> told = Collections.synchronizedList(new ArrayList<>());
    private Database observed;

    @BeforeEach
    void open() {
        Optional<DatabaseBuilder> beside = engine().beside(db);
        observed =
                beside.orElseGet(() -> engine().builder()).listener(told::add).open();
        told.clear();
    }

    @AfterEach
    void close() {
        observed.close();
    }

    private Operation only() {
        assertThat(told).hasSize(1);
        return told.remove(0);
    }

    @Test
    void eachCallIsAnOperation() {
        Agent agent = observed.agents().create(agent("secret-name").build());
        Operation create = only();
        assertThat(create.kind()).isEqualTo(Kind.WRITE);
        assertThat(create.engine()).isIn("sqlite", "postgresql");
        assertThat(create.name()).isEqualTo("agent.insert");
        assertThat(create.entity()).isEqualTo("agent");
        assertThat(create.id()).isEqualTo(agent.id().value());
        assertThat(create.rows()).isOne();
        assertThat(create.sql()).contains("?").doesNotContain("secret-name");
        assertThat(create.isSuccess()).isTrue();
        assertThat(create.retries()).isZero();
        assertThat(create.waited()).isBetween(Duration.ZERO, create.duration());

        observed.agents().list(10, 0);
        Operation list = only();
        assertThat(list.kind()).isEqualTo(Kind.READ);
        assertThat(list.rows()).isOne();
        assertThat(list.id()).isNull();

        AgentId none = new AgentId("none");
        assertThatThrownBy(() -> observed.agents().get(none)).isInstanceOf(NotFoundException.class);
        Operation failed = only();
        assertThat(failed.failure()).isInstanceOf(NotFoundException.class);
        assertThat(failed.rows()).isZero();
    }

    @Test
    void whatIsNoRepositoryIsAnOperationToo() {
        observed.search().enable();
        told.clear();
        observed.search().find("words", PageRequest.first(10));
        assertThat(only().kind()).isEqualTo(Kind.READ);
        observed.stats();
        assertThat(only().kind()).isEqualTo(Kind.READ);
        observed.cancelRunning(List.of(new AgentId("none")));
        assertThat(only().kind()).isEqualTo(Kind.WRITE);
    }

    @Test
    void aListenersMistakeReachesNoCaller() {
        Optional<DatabaseBuilder> beside = engine().beside(db);
        try (Database other = beside.orElseGet(() -> engine().builder())
                .listener(operation -> {
                    throw new IllegalStateException("a listener's own mistake");
                })
                .listener(told::add)
                .open()) {
            told.clear();
            other.agents().create(agent("one").build());

            assertThat(only().name()).isEqualTo("agent.insert");
        }
    }

    @Test
    void slowOperationsAreLoggedWithoutTheirValues() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.modelscan.storage.slow");
        log.start();
        logger.addAppender(log);
        Optional<DatabaseBuilder> beside = engine().beside(db);
        try (Database other = beside.orElseGet(() -> engine().builder())
                .slowOperations(Duration.ZERO)
                .open()) {
            other.agents().create(agent("secret-name").build());
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.matches("agent\\.insert took \\d+ ms, .* 1 rows, 0 retries, done: (?s).*\\?.*"))
                .noneMatch(line -> line.contains("secret"));
        assertThatThrownBy(() -> engine().builder().slowOperations(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slowOperations");
    }

    @Test
    void aTransactionEndsAfterWhatItCalls() {
        observed.useTx(tx -> {
            tx.agents().create(agent("one").build());
            tx.useTx(nested -> nested.agents().create(agent("two").build()));
        });

        assertThat(told).extracting(Operation::kind).containsExactly(Kind.WRITE, Kind.WRITE, Kind.TRANSACTION);
        assertThat(told.get(2).name()).isEqualTo("transaction");
        assertThat(told.get(0).groupSize()).isZero();
        told.clear();
        assertThatThrownBy(() -> observed.useTx(tx -> {
                    throw new IllegalArgumentException("mine");
                }))
                .hasMessage("mine");
        assertThat(only().failure()).hasMessage("mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 AS \"o'clock\" WHERE 'secret' = 'secret2'",
                "SELECT 1 -- it's a test\n WHERE 'secret' = 'secret2'",
                "SELECT 1 /* it's the secret */ WHERE 'secret' = 'secret2'"
            })
    void anApostropheInANameOrACommentGivesNoValueAway(String sql) {
        observed.dsl().fetch(sql);
        assertThat(only().sql()).doesNotContain("secret").endsWith(" WHERE ? = ?");
    }

    /** The engines read these in two ways, or refuse them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT $é$it's secret$é$",
                "SELECT 1 /* a /* b */ it's */ WHERE 'secret' = 'secret2'",
                "SELECT 1 AS [it's] WHERE 'secret' = 'secret2'",
                "SELECT 1 AS [it\"s] WHERE 'secret' = '\"secret2'",
                "SELECT 'secret",
                "SELECT \"a, 'secret'",
                "SELECT $x$secret",
                "SELECT /* 'secret",
                "SELECT 1 WHERE 1 > .12345"
            })
    void noReadingOfATextGivesAValueAway(String sql) {
        catchThrowable(() -> observed.dsl().fetch(sql));
        assertThat(String.valueOf(only().sql())).doesNotContain("secret", "12345");
    }

    @Test
    void anArrayOfTextsIsNoName() {
        assumeTrue(observed.dsl().family() == SQLDialect.POSTGRES);
        observed.dsl().fetch("SELECT array['secret', 'b]'] WHERE 1 = 1");
        assertThat(only().sql()).isEqualTo("SELECT array?");
        observed.dsl().fetch("SELECT array['secret', 'b'] WHERE 1 = 1");
        assertThat(only().sql()).isEqualTo("SELECT array[?, ?] WHERE ? = ?");
    }

    @Test
    void valuesInPostgresOwnQuotesAreNotTold() {
        assumeTrue(observed.dsl().family() == SQLDialect.POSTGRES);
        observed.dsl().fetch("SELECT $$it's secret$$, $x$secret$$$x$, E'it\\'s secret', 'other secret'");
        assertThat(only().sql()).isEqualTo("SELECT ?, ?, ?, ?");
    }

    @Test
    void sqlMayHaveLongTexts() {
        String sql = "SELECT 1 AS " + "\"a\"\"\", 2 AS ".repeat(20) + "b WHERE '" + "x''".repeat(100_000) + "' = 'y' /*"
                + "z".repeat(100_000) + "*/";
        observed.dsl().fetch(sql);
        assertThat(only().sql()).endsWith("b WHERE ? = ?  ");
    }

    @Test
    void sqlOfDslIsToldWithoutItsValues() {
        observed.agents().create(agent("one").build());
        told.clear();

        observed.dsl()
                .select(AGENTS.NAME)
                .from(AGENTS)
                .where(AGENTS.NAME.ne("secret"))
                .fetch();
        Operation select = only();
        assertThat(select.kind()).isEqualTo(Kind.SQL);
        assertThat(select.name()).isEqualTo("select");
        assertThat(select.rows()).isOne();
        assertThat(select.sql()).contains("?").doesNotContain("secret");

        observed.dsl().fetch("SELECT 'it''s secret', 12345 AS n1");
        assertThat(only().sql()).isEqualToIgnoringCase("SELECT ?, ? AS n1");

        assertThatThrownBy(() -> observed.dsl().fetch("SELECT nothing_there")).isNotNull();
        assertThat(only().failure()).isNotNull();
    }

    @Test
    void theWaitForAWriterIsToldApart() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Agent agent = observed.agents().create(agent("one").build());
        told.clear();
        Thread holder = new Thread(() -> observed.useTx(tx -> {
            tx.agents().update(agent.toBuilder().mode("held").build());
            begun.countDown();
            pause();
        }));
        holder.start();
        begun.await();
        observed.agents().create(agent("two").build());
        holder.join();

        Operation create = told.stream()
                .filter(operation -> operation.name().equals("agent.insert"))
                .findFirst()
                .orElseThrow();
        if (create.engine().equals("sqlite")) {
            assertThat(create.waited()).isGreaterThan(Duration.ofMillis(50));
            assertThat(create.groupSize()).isPositive();
        }
        assertThat(create.duration()).isGreaterThanOrEqualTo(create.waited());
    }

    private static void pause() {
        try {
            Thread.sleep(150);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
