package dev.modelscan.storage.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.errors.UnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.sqlite.Function;

/**
 * For a SQLite with other behaviour, the exception names the version to use and the property that sets it.
 */
class SqliteLibraryTest {

    @Test
    void aSqliteThatJoinsValuesOtherwiseIsRefused() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertThatCode(() -> SqliteLibrary.require(connection)).doesNotThrowAnyException();
            Function.create(connection, "concat_ws", new Function() {
                @Override
                protected void xFunc() throws SQLException {
                    result(value_text(1) + value_text(2));
                }
            });
            assertThatThrownBy(() -> SqliteLibrary.require(connection))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageMatching("org\\.xerial:sqlite-jdbc [\\d.]+ on the class path is too old .*"
                            + "use 3\\.45\\.3\\.0 or later.*sqlite-jdbc\\.version");
        }
    }

    @Test
    void aSqliteWithoutTheFunctionIsRefused() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            Function.create(connection, "concat_ws", new Function() {
                @Override
                protected void xFunc() throws SQLException {
                    error("no such function: concat_ws");
                }
            });
            assertThatThrownBy(() -> SqliteLibrary.require(connection))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("no such function: concat_ws");
        }
    }

    @Test
    void whatTheBuildUsesWillDo() {
        assertThat(SqliteLibrary.checked(() -> "opened")).isEqualTo("opened");
    }
}
