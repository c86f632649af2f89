package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example in the README and in docs compiles and runs, each on a database of its own, and every link leads somewhere. */
class DocumentationTest {

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)");

    /** An example, and where it stands. */
    record Example(String place, String code) {
        @Override
        public String toString() {
            return place;
        }
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(Path.of("docs"));
                Stream<Path> top = Files.list(Path.of(""))) {
            return Stream.concat(top, docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Path page : pages()) {
            String text = Files.readString(page);
            for (MatchResult match : JAVA.matcher(text).results().toList()) {
                int line = 1 + (int) text.substring(0, match.start()).lines().count();
                examples.add(new Example(page + ":" + line, match.group(1)));
            }
        }
        return examples;
    }

    @Test
    void thereAreExamples() throws IOException {
        assertThat(examples()).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void exampleCompilesAndRuns(Example example, @TempDir Path directory) throws Exception {
        // An example that opens a database needs none. Files that it names go into the temporary directory.
        String parameter = example.code().contains("Database db =") ? "unused" : "db";
        String code = onOwnServer(example.code())
                .replaceAll("\"([a-z]+\\.db)\"", "\"" + directory + "/$1\"")
                .replaceAll("\"/var/lib/([a-z]+)\"", "\"" + directory + "/$1\"");
        String source = """
                import static dev.modelscan.storage.schema.Tables.*;
                import static org.jooq.impl.DSL.*;
                import dev.modelscan.storage.*;
                import dev.modelscan.storage.analytics.*;
                import dev.modelscan.storage.agents.*;
                import dev.modelscan.storage.conversations.*;
                import dev.modelscan.storage.errors.*;
                import dev.modelscan.storage.tasks.*;
                import dev.modelscan.storage.teams.*;
                import dev.modelscan.storage.tools.*;
                import dev.modelscan.storage.transfer.*;
                import dev.modelscan.storage.workflows.*;
                import dev.modelscan.storage.workspaces.*;
                import java.nio.file.Path;
                import java.time.*;
                import java.util.*;

                public class Snippet implements java.util.function.Consumer<Database> {
                    public void accept(Database %s) {
                %s
                    }
                }
                """.formatted(parameter, code);
        try (URLClassLoader loader = compile(source, directory.resolve("classes"))) {
            Object snippet = loader.loadClass("Snippet").getConstructor().newInstance();
            try (Database db = Database.inMemory()) {
                @SuppressWarnings("unchecked")
                var consumer = (java.util.function.Consumer<Database>) snippet;
                consumer.accept(db);
            }
        }
    }

    /** Each example that names a server gets an empty database of the tests' server. */
    private static String onOwnServer(String code) throws SQLException {
        Pattern url = Pattern.compile("\"jdbc:postgresql:[^\"]*\"");
        return url.matcher(code).find()
                ? url.matcher(code).replaceAll(Matcher.quoteReplacement('"' + PostgresServer.newDatabase("") + '"'))
                : code;
    }

    private static URLClassLoader compile(String source, Path output) throws IOException {
        Files.createDirectories(output);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var unit = new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        List<String> options =
                List.of("-d", output.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
        boolean compiled = compiler.getTask(null, null, diagnostics, options, null, List.of(unit))
                .call();
        assertThat(compiled).as("%s%n%s", diagnostics.getDiagnostics(), source).isTrue();
        return new URLClassLoader(new URL[] {output.toUri().toURL()}, DocumentationTest.class.getClassLoader());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) throws IOException {
        Matcher links = LINK.matcher(Files.readString(page));
        while (links.find()) {
            String target = links.group(1);
            if (!target.startsWith("http")) {
                assertThat(page.toAbsolutePath().resolveSibling(target)).exists();
            }
        }
    }
}
