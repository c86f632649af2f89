package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.workspaces.Workspaces;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Workspaces in their own database. */
class PostgresWorkspacesTest extends PostgresWorkspacesContract {

    PostgresWorkspacesTest() throws SQLException {
        super(PostgresServer.newDatabase(""));
    }

    @Test
    void theListHoldsNoSchemaThatCannotBeAWorkspace() throws SQLException {
        builder().open().close();
        makeOld("Capital", 1);
        assertThat(workspaces.list()).isEmpty();
        assertThat(workspaces.migrateAll(1, progress -> {})).isEmpty();
    }

    @Test
    void aRoleThatMayNotSaysWhatToGrant() throws SQLException {
        String role = PostgresServer.newRole();
        workspaces.create("theirs");
        DatabaseBuilder restricted = Database.builder().url(PostgresServer.urlAs(role, url()));
        try (Workspaces own = restricted.openWorkspaces()) {
            assertThatThrownBy(() -> own.open("acme"))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("workspace acme")
                    .hasMessageContaining("GRANT CREATE ON DATABASE");
            assertThat(own.list()).isEmpty();
            assertThatThrownBy(() -> own.open("theirs"))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("GRANT USAGE ON SCHEMA \"theirs\"");
            assertThatThrownBy(() -> own.drop("theirs", "theirs"))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("belongs to another role");
            run("CREATE SCHEMA acme AUTHORIZATION " + role);
            own.open("acme").close();
            assertThat(own.list()).containsExactly("acme");
            own.drop("acme", "acme");
        } finally {
            run("DROP OWNED BY " + role);
        }
        assertThat(workspaces.list()).containsExactly("theirs");
    }

    @Test
    void aDatabaseThatCannotHoldEveryTextIsRefused() throws SQLException {
        String ascii =
                PostgresServer.newDatabase("ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        for (String name : List.of("acme", "globex")) {
            assertThatThrownBy(
                            () -> Database.builder().url(ascii).workspace(name).open())
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("has the encoding SQL_ASCII")
                    .hasMessageContaining("ENCODING 'UTF8'");
        }
        assertThatThrownBy(() -> Database.builder().url(ascii).openWorkspaces())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("SQL_ASCII");
    }

    @Test
    void aServerThatCannotBeReachedIsSaidAtOnce() {
        assertThatThrownBy(() -> Database.builder()
                        .url("jdbc:postgresql://localhost:1/none")
                        .busyTimeout(Duration.ofMillis(300))
                        .openWorkspaces())
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("localhost:1");
    }
}
