package dev.modelscan.storage.support;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles a class as a user of the library would, with the compiler of this JDK. */
public final class SnippetCompiler {

    /** What a user of every package imports. */
    public static final String IMPORTS = """
            import static dev.modelscan.storage.queries.Into.into;
            import static dev.modelscan.storage.schema.Tables.*;
            import dev.modelscan.storage.*;
            import dev.modelscan.storage.agents.*;
            import dev.modelscan.storage.audit.*;
            import dev.modelscan.storage.backups.*;
            import dev.modelscan.storage.blobs.*;
            import dev.modelscan.storage.conversations.*;
            import dev.modelscan.storage.deleted.*;
            import dev.modelscan.storage.erasure.*;
            import dev.modelscan.storage.doctor.*;
            import dev.modelscan.storage.errors.*;
            import dev.modelscan.storage.models.*;
            import dev.modelscan.storage.queries.*;
            import dev.modelscan.storage.scores.*;
            import dev.modelscan.storage.search.*;
            import dev.modelscan.storage.sources.*;
            import dev.modelscan.storage.tasks.*;
            import dev.modelscan.storage.teams.*;
            import dev.modelscan.storage.tools.*;
            import dev.modelscan.storage.transfer.*;
            import dev.modelscan.storage.workflows.*;
            import dev.modelscan.storage.workspaces.*;
            """;

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Of all snippets: reading the directories of all jars takes longer than compiling one. */
    private static final StandardJavaFileManager FILES = fileManager();

    private SnippetCompiler() {}

    /** An error at a line of the snippet. */
    public record CompileError(String line, String code, String message) {}

    private static StandardJavaFileManager fileManager() {
        try {
            StandardJavaFileManager files = COMPILER.getStandardFileManager(null, Locale.ROOT, null);
            String[] classPath = System.getProperty("java.class.path").split(File.pathSeparator);
            files.setLocation(
                    StandardLocation.CLASS_PATH,
                    Arrays.stream(classPath).map(File::new).toList());
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compiles a class and further source files with the tests' class path, and gives what the compiler says. */
    public static List<Diagnostic<? extends JavaFileObject>> compile(
            String name, String source, Path output, List<Path> sources) throws IOException {
        JavaFileObject snippet =
                new SimpleJavaFileObject(URI.create("memory:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<JavaFileObject> units = new ArrayList<>(List.of(snippet));
        FILES.getJavaFileObjectsFromPaths(sources).forEach(units::add);
        Files.createDirectories(output);
        FILES.setLocation(StandardLocation.CLASS_OUTPUT, List.of(output.toFile()));
        COMPILER.getTask(null, FILES, found, List.of("-proc:none", "-nowarn"), null, units)
                .call();
        return found.getDiagnostics();
    }

    /** The errors in a snippet that is one method's statements, after the imports that a user would write. */
    public static List<CompileError> errors(String statements, Path output, List<Path> sources) throws IOException {
        String source = """
            %s
            import dev.modelscan.storage.schema.*;
            import java.util.*;
            import org.jooq.*;
            class Snippet {
                void run(DSLContext dsl) {
                    %s
                }
            }
            """.formatted(IMPORTS, statements);
        List<String> lines = source.lines().toList();
        return compile("Snippet", source, output, sources).stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(error -> new CompileError(
                        error.getLineNumber() < 1
                                ? ""
                                : lines.get((int) Math.min(error.getLineNumber(), lines.size()) - 1)
                                        .strip(),
                        error.getCode(),
                        error.getMessage(Locale.ROOT)))
                .toList();
    }
}
