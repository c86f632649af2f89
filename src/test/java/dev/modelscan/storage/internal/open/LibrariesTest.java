package dev.modelscan.storage.internal.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.open.Libraries.Library;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.sqlite.Function;

/** A library that is too old is named, with the version to take and what sets it. */
class LibrariesTest {

    @Test
    void aSqliteThatJoinsValuesOtherwiseIsRefused() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertThatCode(() -> Libraries.requireSqlite(connection)).doesNotThrowAnyException();
            Function.create(connection, "concat_ws", new Function() {
                @Override
                protected void xFunc() throws SQLException {
                    result(value_text(1) + value_text(2));
                }
            });
            assertThatThrownBy(() -> Libraries.requireSqlite(connection))
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
            assertThatThrownBy(() -> Libraries.requireSqlite(connection))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("no such function: concat_ws");
        }
    }

    @Test
    void aLibraryWithoutAClassThatIsNeededIsRefused() {
        Library library = new Library("org.jooq:jooq", "org/jooq/", "org.jooq.OfTomorrow", "9.9", "jooq.version");
        assertThatThrownBy(() -> Libraries.require(List.of(library), getClass().getClassLoader()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageMatching("org\\.jooq:jooq 3[\\d.]+ on the class path is too old .*OfTomorrow.*"
                        + "use 9\\.9 or later.*jooq\\.version");
    }

    @Test
    void aMethodThatIsMissingNamesItsLibrary() {
        List<LinkageError> errors = List.of(
                new NoSuchMethodError("'org.flywaydb.core.api.Foo org.flywaydb.core.Flyway.foo(java.lang.String)'"),
                new NoSuchFieldError("org.flywaydb.core.Flyway.foo"),
                new NoClassDefFoundError("org/flywaydb/core/Foo"));
        for (LinkageError error : errors) {
            assertThatThrownBy(() -> Libraries.checked(failing(error)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageStartingWith("org.flywaydb:flyway-core ")
                    .hasMessageContaining("flyway.version")
                    .hasCause(error);
        }
    }

    @Test
    void anErrorOfAnotherLibraryIsLeftAsItIs() {
        LinkageError error = new NoSuchMethodError("'void com.acme.Host.foo()'");
        assertThatThrownBy(() -> Libraries.checked(failing(error))).isSameAs(error);
        LinkageError unloaded = new UnsatisfiedLinkError("org.sqlite.core.NativeDB._open_utf8");
        assertThatThrownBy(() -> Libraries.checked(failing(unloaded))).isSameAs(unloaded);
    }

    private static Supplier<Object> failing(LinkageError error) {
        return () -> {
            throw error;
        };
    }

    @Test
    void whatTheBuildUsesWillDo() {
        assertThat(Libraries.checkedForSqlite(() -> "opened")).isEqualTo("opened");
        assertThatCode(Libraries::requirePostgresql).doesNotThrowAnyException();
    }
}
