package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import dev.modelscan.storage.support.CLibrary;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.FaultyProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The exceptions for real faults of the system, each in its own process. */
@EnabledOnOs(OS.LINUX)
class FaultTest {

    /** The superuser may access every file, unless it gives that right up. */
    private static final List<String> WITHOUT_OVERRIDE =
            List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all");

    private static final int EIO = 5;
    private static final int EDQUOT = 122;

    @TempDir
    private Path directory;

    private final List<Path> mounted = new ArrayList<>();

    @AfterEach
    void unmount() throws Exception {
        for (Path path : mounted) {
            run("umount", path.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Path mount(String options) throws Exception {
        Path path = Files.createDirectory(directory.resolve("mounted"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path.toString()), "may not mount");
        mounted.add(path);
        return path;
    }

    private Path database() throws IOException {
        Path file = Files.createDirectories(directory.resolve("data")).resolve("test.db");
        try (Database db = Database.open(file)) {
            db.agents().create(Agent.builder().name("a").mode("llm").build());
        }
        return file;
    }

    private List<String> outcomes(List<String> before, List<String> options, String... arguments) throws Exception {
        String output = ChildProcess.startBehind(before, directory, FaultyProgram.class, options, arguments)
                .output();
        // Other libraries also print lines.
        List<String> outcomes = output.lines()
                .filter(line -> line.contains(" -> ") || line.startsWith("Health"))
                .toList();
        assertThat(outcomes).noneMatch(line -> line.contains("[SQLITE_") || line.contains("Error: "));
        return outcomes;
    }

    private static void assertAll(List<String> outcomes, List<String> steps, String... texts) {
        for (String step : steps) {
            String outcome = outcomes.stream()
                    .filter(line -> line.startsWith(step + " -> "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(step + " is not in " + outcomes));
            assertThat(outcome).contains(texts);
        }
    }

    @Test
    void aFullDiskIsFullInEveryStatement() throws Exception {
        Path disk = mount("size=1m");
        List<String> outcomes = outcomes(List.of(), List.of(), disk + "/test.db", "fill", "400");
        assertAll(outcomes, List.of("fill", "again", "tx"), "StorageFullException");
        assertAll(outcomes, List.of("stored true"), "done");
    }

    @ParameterizedTest
    @ValueSource(strings = {"size=100k", "nr_inodes=2,size=10m"})
    void aFullDiskIsFullWhenADatabaseIsMade(String limit) throws Exception {
        Path disk = mount(limit);
        assertAll(
                outcomes(List.of(), List.of(), disk + "/test.db", "open"),
                List.of("open"),
                "StorageFullException",
                disk.toString());
    }

    @Test
    void aLimitOnTheSizeOfFilesIsFull() throws Exception {
        List<String> limited = List.of("bash", "-c", "ulimit -f 4000; exec \"$@\"", "bash");
        List<String> outcomes = outcomes(limited, List.of(), directory + "/test.db", "fill", "400");
        assertAll(outcomes, List.of("fill"), "StorageFullException", "too large");
        assertThat(Files.list(directory).map(Path::toString)).noneMatch(name -> name.contains("-space-"));
    }

    @Test
    void aProgramWithoutDescriptorsIsToldSo() throws Exception {
        Path file = database();
        List<String> limited = List.of("bash", "-c", "ulimit -n 200; exec \"$@\"", "bash");
        List<String> opening = outcomes(limited, List.of(), file.toString(), "openWithoutDescriptors");
        assertAll(opening, List.of("open", "open new"), "UnavailableException", "Too many open files", "ulimit -n");
        List<String> using = outcomes(limited, List.of(), file.toString(), "useWithoutDescriptors");
        assertAll(using, List.of("list after", "create after", "open"), "done");
        assertThat(using)
                .filteredOn(line -> line.startsWith("create -> "))
                .allMatch(line -> line.endsWith("done")
                        || line.contains("UnavailableException") && line.contains("Too many open files"));
    }

    /** SQLite would make the log with the file's permissions, so that it stops writers when the file may be written again. */
    private static void assertUnwritable(List<String> outcomes, Path file, String... texts) {
        assertAll(outcomes, List.of("open"), "UnavailableException", file + " cannot be written: ", "make it writable");
        assertThat(outcomes.toString()).contains(List.of(texts));
        assertThat(SqliteFiles.beside(file, "-wal")).doesNotExist();
        assertThat(SqliteFiles.beside(file, "-shm")).doesNotExist();
    }

    /** Such as one that another program has left. */
    @Test
    void aLogThatMayNotBeWrittenIsNamed() throws Exception {
        assumeTrue(run("setpriv", "--version"));
        Path file = database();
        try (Database db = Database.open(file)) {
            db.agents().create(Agent.builder().name("logged").mode("llm").build());
            for (String suffix : List.of("-wal", "-shm")) {
                Files.setPosixFilePermissions(
                        SqliteFiles.beside(file, suffix), PosixFilePermissions.fromString("r--r--r--"));
            }
            String text = file + "-wal cannot be written: ";
            assertAll(
                    outcomes(WITHOUT_OVERRIDE, List.of(), file.toString(), "use"),
                    List.of("open"),
                    "UnavailableException",
                    text);
            assertAll(
                    outcomes(WITHOUT_OVERRIDE, List.of(), file.toString(), "doctor"),
                    List.of("WARNING cannot-write"),
                    text);
        }
    }

    @Test
    void aFileThatMayNotBeWrittenIsNamed() throws Exception {
        assumeTrue(run("setpriv", "--version"));
        Path file = database();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        List<String> outcomes = outcomes(WITHOUT_OVERRIDE, List.of(), file.toString(), "use");
        assertUnwritable(outcomes, file, "r--r--r--");
    }

    @Test
    void aFileThatCannotBeChangedIsNamed() throws Exception {
        Path file = database();
        assumeTrue(run("chattr", "+i", file.toString()));
        try {
            assertUnwritable(outcomes(List.of(), List.of(), file.toString(), "use"), file, file.toString());
        } finally {
            run("chattr", "-i", file.toString());
        }
    }

    @Test
    void aFileThatMayNotBeReadIsNamed() throws Exception {
        assumeTrue(run("setpriv", "--version"));
        Path file = database();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        List<String> outcomes = outcomes(WITHOUT_OVERRIDE, List.of(), file.toString(), "use");
        assertAll(outcomes, List.of("open"), "UnavailableException", file + " cannot be read", "permission denied");
    }

    @Test
    void aDirectoryThatMayNotBeWrittenIsNamed() throws Exception {
        assumeTrue(run("setpriv", "--version"));
        Path file = database();
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("r-xr-xr-x"));
        for (Path each : List.of(file, file.resolveSibling("new.db"))) {
            List<String> outcomes = outcomes(WITHOUT_OVERRIDE, List.of(), each.toString(), "open");
            assertAll(
                    outcomes,
                    List.of("open"),
                    "UnavailableException",
                    "no file can be created in the directory " + file.getParent(),
                    "r-xr-xr-x");
        }
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aFileSystemThatOnlyReadsIsNamed() throws Exception {
        Path file = database();
        String data = file.getParent().toString();
        assumeTrue(run("mount", "--bind", data, data), "may not mount");
        mounted.add(file.getParent());
        assumeTrue(run("mount", "-o", "remount,ro,bind", data));
        for (Path each : List.of(file, file.resolveSibling("new.db"))) {
            assertAll(
                    outcomes(List.of(), List.of(), each.toString(), "open"),
                    List.of("open"),
                    "UnavailableException",
                    "Read-only file system");
        }
    }

    private List<String> preloaded(String on, String file, int error, Path flag) throws Exception {
        Path library = CLibrary.in(directory, "faulty_io");
        return List.of(
                "env",
                "LD_PRELOAD=" + library,
                "FAULT_ON=" + on,
                "FAULT_FILE=" + file,
                "FAULT_ERRNO=" + error,
                "FAULT_FLAG=" + flag);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", ""})
    void aReadThatFailsIsNoCorruption(String times) throws Exception {
        Path file = database();
        Path flag = Files.writeString(directory.resolve("flag"), times);
        List<String> faults = preloaded("read", "test.db", EIO, flag);
        List<String> outcomes = outcomes(faults, List.of(), file.toString(), "readUnder", flag.toString());
        assertThat(outcomes.get(0)).startsWith("read -> UnavailableException");
        assertAll(outcomes, List.of("read at last"), "done");
        assertThat(outcomes).noneMatch(line -> line.contains("Corrupt"));
    }

    @ParameterizedTest
    @CsvSource({EDQUOT + ", StorageFullException, quota", EIO + ", OutcomeUnknownException, may have taken effect"})
    void aQuotaIsFullAndABrokenMediumIsNot(int error, String exception, String text) throws Exception {
        Path file = database();
        Path flag = Files.createFile(directory.resolve("flag"));
        // "-wal" affects the log only; "" also affects the file with which the library checks for space.
        List<String> faults = preloaded("write", error == EDQUOT ? "" : "-wal", error, flag);
        List<String> program = new ArrayList<>(faults);
        List<String> outcomes = outcomes(program, List.of(), file.toString(), "fillUnder", flag.toString());
        assertAll(outcomes, List.of("create"), exception, text);
    }

    /** Nobody is told that a commit is stored whose flush failed, and the log is written again before anything else. */
    @Test
    void aSharedFlushThatFailsIsUnknownToAllWhoWaitForIt() throws Exception {
        Path file = database();
        Path flag = Files.createFile(directory.resolve("flag"));
        List<String> faults = preloaded("flush", "-wal", EIO, flag);
        List<String> outcomes = outcomes(faults, List.of(), file.toString(), "flushUnder", flag.toString());
        assertThat(outcomes).filteredOn(line -> line.startsWith("first -> ")).hasSize(3);
        assertThat(outcomes)
                .filteredOn(line -> line.startsWith("first -> "))
                .anyMatch(line -> line.contains("OutcomeUnknownException") && line.contains("may have taken effect"))
                // One that begins after the flush has failed.
                .allMatch(line -> line.contains("OutcomeUnknownException") || line.contains("UnavailableException"));
        assertAll(outcomes, List.of("last"), "OutcomeUnknownException", "may have taken effect");
        assertAll(
                outcomes,
                List.of("tx under it", "create under it", "compact under it"),
                "UnavailableException",
                "the log of " + file + " cannot be flushed",
                "nothing is written until it can");
        assertAll(outcomes, List.of("list under it", "tx after", "create after"), "done");
        assertAll(outcomes, List.of("stored before", "stored after", "stored after too", "stored last"), "done");
        assertThat(outcomes).noneMatch(line -> line.contains("stored refused"));
    }

    @Test
    void aLogThatCouldNotBeWrittenAgainIsTriedWithEachWrite() throws Exception {
        Path file = database();
        Path flag = Files.createFile(directory.resolve("flag"));
        List<String> faults = preloaded("write", "-wal", EIO, flag);
        List<String> outcomes = outcomes(faults, List.of(), file.toString(), "rewriteUnder", flag.toString());
        assertAll(
                outcomes,
                List.of("first", "second"),
                "UnavailableException",
                "the log of " + file + " cannot be flushed",
                "nothing is written until it can");
        assertAll(outcomes, List.of("third"), "done");
    }

    private Stream<Path> files() throws IOException {
        return Files.walk(directory).filter(Files::isRegularFile);
    }

    @Test
    void aDirectoryWithoutProgramsIsNamedAndNothingIsLeft() throws Exception {
        Path temporary = mount("noexec,size=20m");
        Path missing = directory.resolve("missing");
        for (String option : Arrays.asList(
                "-Djava.io.tmpdir=" + temporary,
                "-Dorg.sqlite.tmpdir=" + temporary,
                "-Dorg.sqlite.tmpdir=" + missing)) {
            for (String action : List.of("open", "memory")) {
                List<String> outcomes = outcomes(List.of(), List.of(option), directory + "/test.db", action);
                assertAll(
                        outcomes,
                        List.of("open"),
                        "UnavailableException",
                        "-Dorg.sqlite.tmpdir=",
                        option.substring(option.indexOf('=') + 1));
            }
        }
        assertThat(files()).isEmpty();
    }
}
