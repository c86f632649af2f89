package dev.modelscan.storage.benchmark.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compiles what is written in C, where there is a compiler. */
public final class NativeTools {

    private static final Path SOURCES = Path.of("src", "jmh", "c");

    private NativeTools() {}

    /** The program against libsqlite3. */
    public static Optional<Path> compileProgram(Path directory) throws IOException {
        return compile(directory.resolve("peer"), "peer.c", "-lsqlite3", "-lm");
    }

    /** The library that makes each flush slower. */
    public static Optional<Path> compileSlowFlush(Path directory) throws IOException {
        return compile(directory.resolve("slow_fsync.so"), "slow_fsync.c", "-shared", "-fPIC", "-ldl");
    }

    private static Optional<Path> compile(Path target, String source, String... options) throws IOException {
        Path file = SOURCES.resolve(source);
        if (Files.exists(target) && Files.getLastModifiedTime(target).compareTo(Files.getLastModifiedTime(file)) >= 0) {
            return Optional.of(target.toAbsolutePath());
        }
        List<String> command =
                new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-o", target.toString(), file.toString()));
        command.addAll(List.of(options));
        try {
            Process compiler = new ProcessBuilder(command).inheritIO().start();
            if (compiler.waitFor() == 0) {
                return Optional.of(target.toAbsolutePath());
            }
        } catch (IOException e) {
            System.out.println("gcc cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.println("left out, since it cannot be compiled here: " + source);
        return Optional.empty();
    }
}
