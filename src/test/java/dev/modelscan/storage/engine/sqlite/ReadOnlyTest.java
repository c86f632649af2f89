package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.OlderSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link DatabaseBuilder#readOnly()} on SQLite; the contract suite has what holds on every engine. */
class ReadOnlyTest {

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("app.db");
    }

    private void fill() {
        try (Database db = Database.open(file())) {
            db.agents().create(Agent.builder().name("kept").mode("llm").build());
        }
    }

    private static DatabaseBuilder reading(Path file) {
        return Database.builder().path(file).readOnly();
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path path :
                    files.filter(path -> !path.toString().endsWith("-shm")).toList()) {
                contents.put(path.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(path)));
            }
        }
        return contents;
    }

    @Test
    void nothingIsMadeForAFileThatIsNotThere() throws IOException {
        Path missing = directory.resolve("missing/app.db");
        assertThatThrownBy(() -> reading(missing).open())
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> Database.builder()
                        .path(directory.resolve("missing"))
                        .readOnly()
                        .openWorkspaces())
                .isExactlyInstanceOf(UnavailableException.class);
        assertThat(contents()).isEmpty();
        Files.createFile(file());
        assertThatThrownBy(() -> reading(file()).open()).isExactlyInstanceOf(SchemaException.class);
        assertThat(file()).isEmptyFile();
    }

    @Test
    void itReadsAndLeavesEverythingAsItWas() throws IOException {
        fill();
        Map<String, String> before = contents();
        try (Database db = reading(file()).open()) {
            assertThat(db.options().readOnly()).isTrue();
            assertThat(db.agents().list(10, 0)).hasSize(1);
            assertThat(db.stats().rows().get("agents")).isEqualTo(1);
            assertThat(db.healthCheck().problems()).isEmpty();
        }
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void aLogThatAKilledProcessLeftIsReadAndKept() throws Exception {
        ChildProcess child = ChildProcess.start(directory, List.of(), "leave", "app.db");
        child.awaitReady();
        child.kill();
        Map<String, String> before = contents();
        try (Database db = reading(file()).open()) {
            assertThat(db.agents().getByName("left")).isNotNull();
        }
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void itReadsWhileAnotherWrites() {
        fill();
        try (Database reader = reading(file()).open();
                Database writer = Database.open(file())) {
            writer.agents().create(Agent.builder().name("second").mode("llm").build());
            assertThat(reader.agents().list(10, 0)).hasSize(2);
        }
        try (Database reader = reading(file()).open()) {
            assertThat(reader.agents().list(10, 0)).hasSize(2);
        }
    }

    @Test
    void anOlderSchemaIsRefusedWithBothVersions() throws Exception {
        OlderSchema.of("sqlite", "jdbc:sqlite:" + file(), 3).load().migrate();
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA application_id = " + 0x4D536353);
        }
        Map<String, String> before = contents();
        assertThatThrownBy(() -> reading(file()).open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("version 3")
                .hasMessageContaining("migrate");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void memoryCannotBeReadOnly() {
        assertThatThrownBy(() -> Database.builder().inMemory().readOnly().open())
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("readOnly");
    }

    /**
     * In a process that sees the directory mounted read-only, because the superuser may write anywhere else.
     */
    private String onReadOnlyMount(String... arguments) throws Exception {
        assumeTrue(ChildProcess.canMountReadOnly(directory), "no right to mount");
        return ChildProcess.startOnReadOnlyMount(directory, arguments).output();
    }

    @Test
    void aFileOnAReadOnlyMediumIsRead() throws Exception {
        fill();
        assertThat(onReadOnlyMount("read", "app.db")).contains("agents 1 problems []");
        assertThat(onReadOnlyMount("refused", "app.db")).contains("Exception").doesNotContain("opened Database");
    }

    @Test
    void aLogOnAReadOnlyMediumIsReadOrRefusedAndNeverPassedOver() throws Exception {
        ChildProcess child = ChildProcess.start(directory, List.of(), "leave", "app.db");
        child.awaitReady();
        child.kill();
        assertThat(onReadOnlyMount("read", "app.db")).contains("agents 1 problems []");
        Files.delete(directory.resolve("app.db-shm"));
        assertThat(onReadOnlyMount("read", "app.db"))
                .contains("UnavailableException")
                .contains("app.db");
    }

    @Test
    void aFileReadWithoutLocksThatSomebodyWritesToIsNotReadOn() throws Exception {
        fill();
        assumeTrue(ChildProcess.canMountReadOnly(directory), "no right to mount");
        ChildProcess child = ChildProcess.startOnReadOnlyMount(directory, "readUntilRefused", "app.db");
        child.awaitReady();
        try (Database db = Database.open(file())) {
            db.agents().create(Agent.builder().name("second").mode("llm").build());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        }
        assertThat(child.output()).contains("UnavailableException", "another process writes");
    }
}
