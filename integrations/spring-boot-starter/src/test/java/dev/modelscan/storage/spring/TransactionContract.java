package dev.modelscan.storage.spring;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.select;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.queries.StoredQuery;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.UnexpectedRollbackException;
import shop.Orders;
import shop.ShopApplication;
import shop.Transactions;

/** A Spring application whose own rows and agents are stored together, or not at all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TransactionContract {

    private ConfigurableApplicationContext application;
    JdbcTemplate jdbc;
    Database db;
    Transactions transactions;

    /** The application's properties. */
    abstract String[] properties() throws Exception;

    static SpringApplicationBuilder builder(String... properties) {
        return new SpringApplicationBuilder(ShopApplication.class)
                .properties("spring.main.banner-mode=off", "logging.level.root=warn")
                .properties(properties);
    }

    static ConfigurableApplicationContext start(String... properties) {
        return builder(properties).run();
    }

    @BeforeAll
    void start() throws Exception {
        application = start(properties());
        jdbc = application.getBean(JdbcTemplate.class);
        db = application.getBean(Database.class);
        transactions = application.getBean(Transactions.class);
        jdbc.execute("CREATE TABLE orders (item TEXT)");
    }

    @AfterAll
    void stop() {
        application.close();
    }

    @BeforeEach
    void clear() {
        jdbc.update("DELETE FROM orders");
        db.agents().list(100, 0).forEach(agent -> db.agents().delete(agent.id()));
    }

    final void order(String item) {
        jdbc.update("INSERT INTO orders (item) VALUES (?)", item);
    }

    final Agent create(String name) {
        return db.agents().create(Agent.builder().name(name).mode("llm").build());
    }

    final List<String> orders() {
        return jdbc.queryForList("SELECT item FROM orders ORDER BY item", String.class);
    }

    final List<String> agents() {
        return db.agents().list(100, 0).stream().map(Agent::name).sorted().toList();
    }

    @Test
    void itRunsOnTheBootThatIsTested() {
        assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("expected.boot"));
    }

    @Test
    void bothAreStored() {
        application.getBean(Orders.class).place("lamp");

        assertThat(orders()).containsExactly("lamp");
        assertThat(agents()).containsExactly("buyer of lamp");
    }

    @Test
    void anExceptionLeavesNeither() {
        Orders orders = application.getBean(Orders.class);

        assertThatThrownBy(() -> orders.place(" ")).isInstanceOf(IllegalArgumentException.class);

        assertThat(orders()).isEmpty();
        assertThat(agents()).isEmpty();
    }

    @Test
    void theTransactionSeesItsOwnRecords() {
        transactions.required(() -> {
            create("one");
            assertThat(agents()).containsExactly("one");
            assertThat(db.<Integer, RuntimeException>withTx(
                            tx -> tx.agents().list(10, 0).size()))
                    .isOne();
            CompletableFuture.runAsync(() -> assertThat(agents()).isEmpty()).join();
        });
        assertThat(agents()).containsExactly("one");
    }

    @Test
    void storedQueriesJoinAndDslReadsWhatIsCommitted() {
        StoredQuery<String> names =
                StoredQueries.query(() -> select(AGENTS.NAME).from(AGENTS).orderBy(AGENTS.NAME), into(name -> name));
        create("one");
        transactions.required(() -> {
            create("two");
            assertThat(db.query(names).list(10)).containsExactly("one", "two");
            assertThat(db.dsl().fetchCount(AGENTS)).isOne();
        });
    }

    @Test
    void rollbackOnlyLeavesNothing() {
        assertThatThrownBy(() -> transactions.required(() -> {
                    order("lamp");
                    create("one");
                    try {
                        transactions.required(() -> {
                            throw new IllegalStateException("caught by the caller");
                        });
                    } catch (IllegalStateException e) {
                        assertThat(agents()).containsExactly("one");
                    }
                }))
                .isInstanceOf(UnexpectedRollbackException.class);
        assertThat(orders()).isEmpty();
        assertThat(agents()).isEmpty();
    }

    @Test
    void aNestedTransactionFailsAlone() {
        transactions.required(() -> {
            order("lamp");
            create("one");
            assertThatThrownBy(() -> transactions.nested(() -> {
                        order("chair");
                        create("two");
                        create("one");
                    }))
                    .isInstanceOf(ConflictException.class);
            create("three");
        });
        assertThat(orders()).containsExactly("lamp");
        assertThat(agents()).containsExactly("one", "three");
    }

    @Test
    void withTxFailsAlone() {
        transactions.required(() -> {
            create("one");
            assertThatThrownBy(() -> db.useTx(tx -> {
                        tx.agents()
                                .create(Agent.builder().name("two").mode("llm").build());
                        throw new IllegalStateException("of the function");
                    }))
                    .hasMessage("of the function");
            order("lamp");
        });
        assertThat(orders()).containsExactly("lamp");
        assertThat(agents()).containsExactly("one");
    }

    @Test
    void aCallAfterTheTransactionIsItsOwn() {
        transactions.required(() -> create("one"));
        create("two");
        transactions.without(() -> create("three"));
        assertThat(agents()).containsExactly("one", "three", "two");
    }

    @Test
    void aReadOnlyTransactionReads() {
        create("one");
        transactions.readOnly(() -> assertThat(agents()).containsExactly("one"));
    }

    @Test
    void eachThreadHasItsOwnTransaction() throws Exception {
        CompletableFuture<Void> failing = CompletableFuture.runAsync(() -> transactions.required(() -> {
            create("lost");
            throw new IllegalStateException("of the other thread");
        }));
        transactions.required(() -> create("kept"));
        assertThatThrownBy(() -> failing.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("of the other thread");
        assertThat(agents()).containsExactly("kept");
    }
}
