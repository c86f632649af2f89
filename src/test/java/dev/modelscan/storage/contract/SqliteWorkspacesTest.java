package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.MigrationLock;
import dev.modelscan.storage.support.OlderSchema;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workspaces that are files of a directory. */
class SqliteWorkspacesTest extends WorkspacesContract {

    @TempDir
    Path temporary;

    @Override
    DatabaseBuilder builder() {
        return Database.builder().path(directory()).durability(Durability.NORMAL);
    }

    /** Does not exist yet. */
    private Path directory() {
        return temporary.resolve("some/workspaces");
    }

    private Connection connect(String name) throws Exception {
        Files.createDirectories(directory());
        return DriverManager.getConnection("jdbc:sqlite:" + directory().resolve(name + ".db"));
    }

    @Override
    void execute(String workspace, String... statements) throws Exception {
        try (Connection connection = connect(workspace);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    void makeForeign(String name) throws Exception {
        execute(name, "CREATE TABLE things (id INTEGER)", "INSERT INTO things VALUES (1)");
    }

    @Override
    int countForeign(String name) throws Exception {
        try (Connection connection = connect(name);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM things")) {
            return rows.getInt(1);
        }
    }

    @Override
    void makeOld(String name, int version) throws Exception {
        execute(name, "PRAGMA journal_mode = WAL", "PRAGMA application_id = " + 0x4D536353);
        OlderSchema.of("sqlite", "jdbc:sqlite:" + directory().resolve(name + ".db"), version)
                .load()
                .migrate();
    }

    @Override
    boolean leavesAnything(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(name + "."));
        }
    }

    @Test
    void aWorkspaceIsAFileOfTheDirectory() {
        try (Database acme = workspaces.open("acme")) {
            assertThat(acme.file()).isEqualTo(directory().resolve("acme.db"));
        }
    }

    @Test
    void noWorkspaceIsDroppedWhileItIsMigratedOrRestored() throws Exception {
        workspaces.create("acme");
        Duration patience = Duration.ofSeconds(1);
        try (MigrationLock held = MigrationLock.acquire(directory().resolve("acme.db"), patience)) {
            assertThatThrownBy(() -> workspaces.drop("acme", "acme"))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("has been migrating or restoring");
        }
        assertThat(workspaces.list()).containsExactly("acme");
    }

    @Test
    void theListTouchesNothing() throws Exception {
        assertThat(workspaces.list()).isEmpty();
        assertThat(directory()).doesNotExist();
        makeForeign("other");
        workspaces.create("acme");
        Files.writeString(directory().resolve("notes.db"), "not a database, ".repeat(500));
        Files.writeString(directory().resolve("acme.txt"), "acme");
        Files.createFile(directory().resolve("empty.db"));
        Files.createFile(directory().resolve("Capital.db"));
        Files.createDirectory(directory().resolve("folder.db"));
        List<String> before = files();
        assertThat(workspaces.list()).containsExactly("acme");
        assertThat(files()).isEqualTo(before);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Like a killed process: its commits are in the log, and no checkpoint has copied them. */
    @Test
    void aWorkspaceWhoseRowsAreInItsLogIsListed() throws Exception {
        Path copy = directory().resolve("copy.db");
        try (Database acme = workspaces.open("acme")) {
            assertThat(acme.agents().list(1, 0)).isEmpty();
            Files.copy(directory().resolve("acme.db"), copy);
            Files.copy(directory().resolve("acme.db-wal"), directory().resolve("copy.db-wal"));
        }
        assertThat(workspaces.list()).containsExactly("acme", "copy");
    }

    @Test
    void whatAnyoneElseHasOpenIsNotDropped() throws Exception {
        workspaces.create("acme");
        workspaces.close();
        workspaces = builder().busyTimeout(Duration.ofMillis(100)).openWorkspaces();
        try (Database elsewhere = Database.open(directory().resolve("acme.db"))) {
            assertThat(elsewhere.agents().list(1, 0)).isEmpty();
            assertThatThrownBy(() -> workspaces.drop("acme", "acme")).isExactlyInstanceOf(BusyException.class);
            assertThat(elsewhere.healthCheck().isHealthy()).isTrue();
        }
        workspaces.drop("acme", "acme");
        assertThat(files()).isEmpty();
    }

    @Test
    void aDamagedFileFailsAlone() throws Exception {
        makeOld("old", 5);
        workspaces.create("damaged");
        byte[] bytes = Files.readAllBytes(directory().resolve("damaged.db"));
        java.util.Arrays.fill(bytes, 200, bytes.length, (byte) 7);
        Files.write(directory().resolve("damaged.db"), bytes);
        List<WorkspaceMigration> result = workspaces.migrateAll(2, progress -> {});
        assertThat(result).extracting(WorkspaceMigration::name).containsExactly("damaged", "old");
        assertThat(result.get(0).failure()).hasMessageContaining("damaged.db");
        assertThat(result.get(1).appliedMigrations()).startsWith("V6__list_indexes.sql");
    }

    @Test
    void aPathThatIsAFileIsRefused() throws SQLException, IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> Database.builder().path(file).openWorkspaces())
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("name a directory");
        assertThatThrownBy(() -> Database.builder().path(file).workspace("acme").open())
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("name a directory");
    }

    @Test
    void aWorkspaceThatIsALinkIsDroppedWithItsRows() throws Exception {
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Path target = elsewhere.resolve("target.db");
        Database.open(target).close();
        Files.createDirectories(directory());
        Path link = Files.createSymbolicLink(directory().resolve("acme.db"), target);
        assertThat(workspaces.list()).containsExactly("acme");
        try (Database acme = workspaces.open("acme")) {
            acme.agents().list(1, 0);
            assertThat(elsewhere.resolve("target.db-wal")).exists();
            assertThat(files()).containsExactly("acme.db");
        }
        try (Database elsewhereOpen = Database.open(target)) {
            elsewhereOpen.agents().list(1, 0);
            assertThatThrownBy(() -> workspaces.drop("acme", "acme")).isExactlyInstanceOf(BusyException.class);
        }
        workspaces.drop("acme", "acme");
        assertThat(Files.exists(link, java.nio.file.LinkOption.NOFOLLOW_LINKS)).isFalse();
        try (Stream<Path> left = Files.list(elsewhere)) {
            assertThat(left).isEmpty();
        }
        assertThat(files()).isEmpty();
    }
}
