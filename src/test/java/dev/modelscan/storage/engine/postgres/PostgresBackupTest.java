package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that docs/operations.md gives for a workspace on a server. */
class PostgresBackupTest {

    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

    @TempDir
    private Path directory;

    @Test
    void backupOfTheLibraryNamesTheToolThatDoesIt() {
        try (Database db = Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .open()) {
            assertThatThrownBy(() -> db.backup(directory.resolve("x.db")))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("pg_dump");
        }
    }

    @Test
    void theCallsInTheDocumentationBackUpAWorkspaceAndRestoreIt() throws Exception {
        assumeTrue(toolsVersion() >= serversVersion(), "pg_dump is missing, or older than the server");
        String workspace = PostgresServer.newSchemaName();
        DatabaseBuilder builder = Database.builder().url(PostgresServer.url()).workspace(workspace);
        Map<String, Long> rows;
        try (Database db = builder.open()) {
            new FilledDatabase(db);
            rows = db.stats().rows();
        }
        List<String> calls = Files.readAllLines(Path.of("docs/operations.md")).stream()
                .filter(line -> line.startsWith("pg_"))
                .map(line -> line.replace("team_a", workspace)
                        .replace(
                                "postgresql://host/modelscan",
                                PostgresServer.url().substring("jdbc:".length())))
                .toList();
        assertThat(calls).hasSize(3);

        run(calls.get(0));
        run(calls.get(1));
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            connection.createStatement().execute("DROP SCHEMA " + workspace + " CASCADE");
        }
        run(calls.get(2));

        try (Database db = builder.open()) {
            assertThat(db.appliedMigrations()).isEmpty();
            assertThat(db.stats().rows()).isEqualTo(rows);
        }
    }

    private void run(String call) throws IOException, InterruptedException {
        assertThat(output("sh", "-c", call)).isEmpty();
    }

    private String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private int toolsVersion() throws InterruptedException {
        try {
            Matcher version = VERSION.matcher(output("pg_dump", "--version"));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static int serversVersion() throws Exception {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            return connection.getMetaData().getDatabaseMajorVersion();
        }
    }
}
