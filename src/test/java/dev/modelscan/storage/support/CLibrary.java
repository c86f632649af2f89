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
        if (!Files.exists(library)) {
            compile("src/test/c/" + name + ".c", library);
        }
        return library;
    }

    private static void compile(String source, Path library) throws IOException, InterruptedException {
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source, "-ldl")
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            assumeTrue("true".equals(System.getenv("CI")), "there is no C compiler");
            throw new IllegalStateException("there is no C compiler; install the package gcc", e);
        }
        if (compiler.waitFor() != 0) {
            throw new IllegalStateException(source + " does not compile");
        }
    }
}
