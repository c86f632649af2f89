package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What the builder rejects before it connects. */
class ServerOptionsTest {

    private static final String URL = "jdbc:postgresql://localhost:1/none";

    private static final DataSource SOURCE = new PGSimpleDataSource();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresq://localhost/db?user=u&password=hush",
                "jdbc:postgresql://localhost:99999999/db?user=u&password=hush",
                "jdbc:postgresql://localhost:port/db?user=u&password=hush",
                "jdbc:postgresql://localhost/db?user=u&password=hush%",
            })
    void aUrlThatTheDriverCannotReadIsRefusedWithoutShowingIt(String url) {
        for (Throwable thrown : new Throwable[] {
            catchThrowable(() -> Database.builder().url(url)),
            catchThrowable(() -> Database.builder().url(URL).readUrl(url)),
        }) {
            assertThat(thrown)
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasNoCause();
            assertThat(thrown.getMessage()).contains("rl ").doesNotContain("hush");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql:db",
                "jdbc:postgresql://first,second:5433/db?targetServerType=primary",
                "jdbc:postgresql://[::1]:5432/db",
                "jdbc:postgresql:///",
            })
    void whatTheDriverReadsIsTaken(String url) {
        assertThatCode(() -> Database.builder().url(url).readUrl(url)).doesNotThrowAnyException();
    }

    private static void requireRefused(DatabaseBuilder builder, String option) {
        assertThatThrownBy(builder::open)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option);
        assertThatThrownBy(builder::openWorkspaces)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option);
    }

    @Test
    void whatWouldHaveNoEffectIsRefused() {
        requireRefused(Database.builder().dataSource(SOURCE).readUrl(URL), "readUrl");
        requireRefused(Database.builder().dataSource(SOURCE).user("u"), "user");
        requireRefused(Database.builder().dataSource(SOURCE).password("p"), "password");
        requireRefused(Database.builder().path("x").readUrl(URL), "readUrl");
        requireRefused(Database.builder().path("x").user("u"), "user");
        requireRefused(Database.builder().path("x").password("p"), "password");
        assertThatThrownBy(() -> Database.builder().inMemory().user("u").open())
                .isExactlyInstanceOf(IllegalArgumentException.class);
    }
}
