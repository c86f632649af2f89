package dev.modelscan.storage.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Libraries in C that a test loads into a process before all others. Without a compiler the test is skipped, but fails with {@code CI=true}. */
public final class CLibrary {

    private CLibrary() {}

    /** Compiles the source of that name into a directory, unless it is there already. */
    public static Path in(Path directory, String name) throws IOException, InterruptedException {
        Path library = directory.resolve(name + ".so");
        boolean compiled = Files.exists(library) || compile("src/test/c/" + name + ".c", library);
        assumeTrue(compiled || "true".equals(System.getenv("CI")), "there is no C compiler");
        if (!compiled) {
            throw new IllegalStateException("there is no C compiler; install the package gcc");
        }
        return library;
    }

    private static boolean compile(String source, Path library) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source, "-ldl")
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noCompiler) {
            return false;
        }
    }
}
