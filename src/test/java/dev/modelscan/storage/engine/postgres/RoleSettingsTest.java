package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.support.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an administrator has set for the role does not end work that may take long. */
@Timeout(60)
class RoleSettingsTest {

    private String role;
    private String workspace;

    @BeforeEach
    void makeRole() throws SQLException {
        role = PostgresServer.newRole();
        workspace = PostgresServer.newSchemaName();
        onServer("CREATE SCHEMA " + workspace + " AUTHORIZATION " + role);
    }

    @AfterEach
    void dropItsTables() throws SQLException {
        onServer("DROP SCHEMA " + workspace + " CASCADE");
    }

    private static void onServer(String... commands) throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url());
                Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
    }

    private DatabaseBuilder asRole() {
        return Database.builder()
                .url(PostgresServer.urlAs(role, PostgresServer.url()))
                .workspace(workspace);
    }

    private static int version() throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            return connection.getMetaData().getDatabaseMajorVersion();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"transaction_timeout", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"
            })
    void aMigrationMayTakeLong(String setting, @TempDir Path directory) throws SQLException, IOException {
        assumeTrue(version() >= 17 || !setting.equals("transaction_timeout"));
        onServer("ALTER ROLE " + role + " SET " + setting + " = '300ms'");
        Files.writeString(directory.resolve("V1__slow.sql"), "SELECT pg_sleep(0.5);");
        try (Database db = asRole().migrations("filesystem:" + directory).open()) {
            assertThat(db.stats().sets()).containsEntry("app", 1L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"transaction_timeout", "statement_timeout", "lock_timeout"})
    void aScrubMayTakeLong(String setting) throws Exception {
        assumeTrue(version() >= 17 || !setting.equals("transaction_timeout"));
        asRole().open().close();
        onServer("ALTER ROLE " + role + " SET " + setting + " = '300ms'");
        try (Database db = asRole().open();
                Connection holder = DriverManager.getConnection(PostgresServer.url());
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE " + workspace + ".agents IN SHARE UPDATE EXCLUSIVE MODE");
            CompletableFuture<Void> scrub = OwnThread.run(db.erasure()::scrub);
            assertThatThrownBy(() -> scrub.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            holder.commit();
            scrub.get(30, TimeUnit.SECONDS);
        }
    }

    /** A constant of a query would be another text. */
    @Test
    void textsInWhichABackslashEscapesAreRefused() throws SQLException {
        asRole().open().close();
        onServer("ALTER ROLE " + role + " SET standard_conforming_strings = off");
        assertThatThrownBy(() -> asRole().open())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("standard_conforming_strings");
    }

    @Test
    void aServerThatQuotesAllNamesHasWhatItShouldHave(@TempDir Path directory) throws SQLException, IOException {
        onServer("ALTER ROLE " + role + " SET quote_all_identifiers = on");
        // The trigger of a column that is a fraction has settings.
        Files.writeString(
                directory.resolve("V1__own.sql"), "CREATE TABLE own (id text PRIMARY KEY, part double precision);");
        try (Database db = asRole().migrations("filesystem:" + directory).open()) {
            db.audit().enable();
            db.useTx(tx -> tx.dsl().execute("INSERT INTO own VALUES ('a', 0.5)"));
            assertThat(db.doctor().findings()).isEmpty();
        }
    }

    @Test
    void theRolesRoleIsKept() throws SQLException {
        String member = PostgresServer.newRole();
        onServer("GRANT " + role + " TO " + member, "ALTER ROLE " + member + " SET role = " + role);
        try (Database db = Database.builder()
                .url(PostgresServer.urlAs(member, PostgresServer.url()))
                .workspace(workspace)
                .poolSize(1)
                .open()) {
            for (int i = 0; i < 2; i++) {
                assertThat(db.dsl().fetchValue("SELECT current_user::text")).isEqualTo(role);
                db.useTx(tx -> assertThat(tx.dsl().fetchValue("SELECT current_user::text"))
                        .isEqualTo(role));
            }
        }
        onServer("REVOKE " + role + " FROM " + member);
    }
}
