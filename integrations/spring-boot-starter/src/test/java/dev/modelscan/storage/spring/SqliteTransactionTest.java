package dev.modelscan.storage.spring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

class SqliteTransactionTest extends TransactionContract {

    @TempDir
    static Path directory;

    @Override
    String[] properties() {
        return properties("shop.db", "?foreign_keys=true&transaction_mode=IMMEDIATE");
    }

    private static String[] properties(String file, String parameters) {
        return new String[] {
            "spring.datasource.url=jdbc:sqlite:" + directory.resolve("shop.db") + parameters,
            "modelscan.storage.path=" + directory.resolve(file),
            "modelscan.storage.join-transactions=true"
        };
    }

    @Test
    void anotherFileIsRefused() {
        try (ConfigurableApplicationContext other = start(properties("other.db", "?foreign_keys=true"))) {
            shop.Orders orders = other.getBean(shop.Orders.class);
            assertThatThrownBy(() -> orders.place("lamp"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("other.db");
        }
    }

    @Test
    void aConnectionWithoutForeignKeysIsRefused() {
        try (ConfigurableApplicationContext loose = start(properties("shop.db", ""))) {
            shop.Orders orders = loose.getBean(shop.Orders.class);
            assertThatThrownBy(() -> orders.place("lamp"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("foreign keys");
        }
    }
}
