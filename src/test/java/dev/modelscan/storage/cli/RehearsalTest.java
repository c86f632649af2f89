package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {

    @TempDir
    Path directory;

    @Test
    void everyCommandSucceedsAndTheLibraryIsUnpacked() throws IOException {
        Path library = directory.resolve("library");
        Rehearsal.main(new String[] {library.toString()});
        try (var files = Files.list(library)) {
            assertThat(files)
                    .singleElement()
                    .satisfies(file -> assertThat(file.getFileName().toString()).contains("sqlitejdbc"));
        }
    }

    /** An archive of another JVM, or a damaged one, costs time and nothing else. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theLauncherStartsWithAnArchiveThatDoesNotFit() throws Exception {
        Path script = Files.copy(Path.of("src/main/scripts/modelscan-storage"), directory.resolve("modelscan-storage"));
        jar(directory.resolve("modelscan-storage-0-cli.jar"));
        Files.writeString(directory.resolve("modelscan-storage-0-cli.jsa"), "none");
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString(), "--version")
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        assertThat(builder.start().waitFor()).isZero();
        assertThat(Files.readString(out)).startsWith("modelscan-storage ");
        assertThat(Files.readString(err)).isEmpty();
    }

    /** The classes of this test, by a manifest that names them. */
    private static void jar(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, Main.class.getName());
        main.put(
                Attributes.Name.CLASS_PATH,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
    }
}
