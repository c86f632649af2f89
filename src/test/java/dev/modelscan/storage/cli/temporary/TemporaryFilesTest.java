package dev.modelscan.storage.cli.temporary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.cli.Main;
import dev.modelscan.storage.support.ChildProcess;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFilesTest {

    @TempDir
    Path directory;

    private Path temporary;

    /** What a process has that is killed after this. */
    private Path lock(String name) throws Exception {
        Path files = Files.createDirectories(temporary.resolve("modelscan-" + name + ".files"));
        Files.writeString(Files.createDirectory(files.resolve("1")).resolve("dry-run.db"), "secret");
        Files.writeString(files.resolve("2.spans"), "secret");
        return Files.createFile(temporary.resolve("modelscan-" + name + ".lock"));
    }

    @Test
    void theGarbageCollectorTakesNoFilesAway() throws Exception {
        Path own = TemporaryFiles.create(".spans");
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(20);
        }
        importInAnotherProcess(Path.of(System.getProperty("java.io.tmpdir")));

        assertThat(own).exists();
        Files.delete(own);
    }

    private void importInAnotherProcess(Path temporaryDirectory) throws Exception {
        ChildProcess.start(
                        directory,
                        Main.class,
                        List.of("-Djava.io.tmpdir=" + temporaryDirectory, "-Dorg.sqlite.tmpdir=" + directory),
                        "import",
                        Path.of("src/test/resources/inputs/otlp.json")
                                .toAbsolutePath()
                                .toString(),
                        "--db",
                        directory.resolve("app.db").toString())
                .output();
    }

    @Test
    void whatKilledProcessesLeftIsDeletedAndWhatOthersUseIsNot() throws Exception {
        temporary = Files.createDirectory(directory.resolve("tmp"));
        lock("killed");
        Files.createFile(temporary.resolve("modelscan-killed-at-once.lock"));
        Files.createFile(temporary.resolve("another.lock"));
        Path used = lock("used");
        try (FileChannel channel = FileChannel.open(used, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            importInAnotherProcess(temporary);
        }
        try (Stream<Path> left = Files.walk(temporary)) {
            assertThat(left.map(temporary::relativize).map(Path::toString).sorted())
                    .containsExactly(
                            "",
                            "another.lock",
                            "modelscan-used.files",
                            "modelscan-used.files/1",
                            "modelscan-used.files/1/dry-run.db",
                            "modelscan-used.files/2.spans",
                            "modelscan-used.lock");
        }
    }
}
