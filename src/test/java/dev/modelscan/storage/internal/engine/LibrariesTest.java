package dev.modelscan.storage.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Libraries.Library;
import dev.modelscan.storage.internal.postgres.PostgresEngine;
import dev.modelscan.storage.internal.sqlite.SqliteEngine;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** For a library that is too old, the exception names the version to use and the property that sets it. */
class LibrariesTest {

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
            assertThatThrownBy(() -> new Libraries().checked(failing(error)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageStartingWith("org.flywaydb:flyway-core ")
                    .hasMessageContaining("flyway.version")
                    .hasCause(error);
        }
    }

    @Test
    void anErrorOfAnotherLibraryIsLeftAsItIs() {
        LinkageError error = new NoSuchMethodError("'void com.acme.Host.foo()'");
        assertThatThrownBy(() -> new Libraries().checked(failing(error))).isSameAs(error);
        LinkageError unloaded = new UnsatisfiedLinkError("org.sqlite.core.NativeDB._open_utf8");
        assertThatThrownBy(() -> new Libraries().checked(failing(unloaded))).isSameAs(unloaded);
    }

    private static Supplier<Object> failing(LinkageError error) {
        return () -> {
            throw error;
        };
    }

    @Test
    void whatTheBuildUsesWillDo() {
        assertThat(SqliteEngine.checked(() -> "opened")).isEqualTo("opened");
        assertThat(PostgresEngine.checked(() -> "opened")).isEqualTo("opened");
        assertThatCode(PostgresEngine::requireLibraries).doesNotThrowAnyException();
    }
}
