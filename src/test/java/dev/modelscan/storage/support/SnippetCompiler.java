package dev.modelscan.storage.support;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles a class as a user of the library would, with the compiler of this JDK. */
public final class SnippetCompiler {

    /** What a user of every package imports. */
    public static final String IMPORTS = """
            import static dev.modelscan.storage.queries.Into.into;
            import static dev.modelscan.storage.schema.Tables.*;
            import dev.modelscan.storage.*;
            import dev.modelscan.storage.agents.*;
            import dev.modelscan.storage.backups.*;
            import dev.modelscan.storage.blobs.*;
            import dev.modelscan.storage.conversations.*;
            import dev.modelscan.storage.deleted.*;
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

    private SnippetCompiler() {}

    /** An error at a line of the snippet. */
    public record CompileError(String line, String code, String message) {}

    /** The errors in a snippet that is one method's statements, after the imports that a user would write. */
    public static List<CompileError> errors(String statements, Path output, String classPath, List<Path> sources)
            throws IOException {
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
        JavaFileObject snippet =
                new SimpleJavaFileObject(URI.create("memory:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = COMPILER.getStandardFileManager(found, Locale.ROOT, null)) {
            List<JavaFileObject> units = new ArrayList<>(List.of(snippet));
            files.getJavaFileObjectsFromPaths(sources).forEach(units::add);
            List<String> options = List.of("-d", output.toString(), "-classpath", classPath, "-proc:none", "-nowarn");
            COMPILER.getTask(null, files, found, options, null, units).call();
        }
        List<String> lines = source.lines().toList();
        return found.getDiagnostics().stream()
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
