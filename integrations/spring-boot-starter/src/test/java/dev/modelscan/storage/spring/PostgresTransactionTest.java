package dev.modelscan.storage.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.UnavailableException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
import shop.Orders;

class PostgresTransactionTest extends TransactionContract {

    private EmbeddedPostgres server;

    @Override
    String[] properties() throws Exception {
        server = EmbeddedPostgres.start();
        return onServer();
    }

    private String[] onServer() {
        return new String[] {
            "spring.datasource.url=" + server.getJdbcUrl("postgres", "postgres"),
            "spring.datasource.hikari.maximum-pool-size=4",
            "modelscan.storage.workspace=agents"
        };
    }

    @AfterAll
    void stopServer() throws Exception {
        server.close();
    }

    @Test
    void requiresNewIsATransactionOfItsOwn() {
        assertThatThrownBy(() -> transactions.required(() -> {
                    create("outer");
                    transactions.requiresNew(() -> {
                        assertThat(agents()).isEmpty();
                        order("kept");
                        create("inner");
                    });
                    throw new IllegalStateException("of the outer one");
                }))
                .hasMessage("of the outer one");
        assertThat(orders()).containsExactly("kept");
        assertThat(agents()).containsExactly("inner");
    }

    @Test
    void aReadOnlyTransactionRefusesToWrite() {
        assertThatThrownBy(() -> transactions.readOnly(() -> create("one")))
                .isInstanceOf(ReadOnlyException.class)
                .hasMessageContaining("only reads");
        assertThat(agents()).isEmpty();
    }

    /** Two transactions at the same time, each with uncommitted rows. */
    @Test
    void twoThreadsWriteAtOnce() {
        transactions.required(() -> {
            create("one");
            CompletableFuture.runAsync(() -> transactions.required(() -> create("two")))
                    .join();
            assertThat(agents()).containsExactly("one", "two");
        });
    }

    @Test
    void withoutJoiningTheAgentStays() {
        try (ConfigurableApplicationContext separate = start(with("modelscan.storage.join-transactions=false"))) {
            assertThatThrownBy(() -> separate.getBean(Orders.class).place(" "))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(orders()).isEmpty();
            assertThat(agents()).hasSize(1);
        }
    }

    @Test
    void itIsClosedBeforeTheDataSource() {
        List<Object> closed = new ArrayList<>();
        DestructionAwareBeanPostProcessor closing = (bean, name) -> closed.add(bean);
        ConfigurableApplicationContext application = builder(onServer())
                .initializers(context -> context.getBeanFactory().addBeanPostProcessor(closing))
                .run();
        Database database = application.getBean(Database.class);
        DataSource dataSource = application.getBean(DataSource.class);

        application.close();

        assertThat(closed).containsSubsequence(database, dataSource);
        assertThatThrownBy(() -> database.agents().list(1, 0)).isInstanceOf(UnavailableException.class);
    }

    /** Boot 3 would run the Flyway that the library brings. */
    @Test
    void nothingElseIsMadeInTheApplicationsSchema() {
        assertThat(jdbc.queryForList(
                        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'", String.class))
                .containsExactly("orders");
    }

    private String[] with(String property) {
        String[] base = onServer();
        String[] all = Arrays.copyOf(base, base.length + 1);
        all[base.length] = property;
        return all;
    }
}
