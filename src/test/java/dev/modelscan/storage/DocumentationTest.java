package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.engine.WorkspaceMigrator;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.SnippetCompiler;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every example in the README and in docs compiles and runs on its own database. Every link has a target. */
class DocumentationTest {

    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)#?([^)]*)\\)");

    private static final Pattern PROPERTY = Pattern.compile("<([\\w.]+)>([^<>]*)</\\1>");
    private static final Pattern VERSION =
            Pattern.compile("<artifactId>([\\w.-]+)</artifactId>\\s*<version>([^<]+)</version>");

    private static final Path ARCHITECTURE = Path.of("docs/architecture.md");
    private static final Pattern FILE = Pattern.compile("`([\\w./-]+(?:/|\\.(?:java|xml|sql|md)))`");

    /** The code of an example, and its page and line. */
    record Example(String place, String code) {

        /** Whether it is a whole program, with imports and a main method. */
        boolean isProgram() {
            return code.contains("public static void main");
        }

        /** Whether it is a file of a module in {@code integrations}, whose own build compiles and runs it. */
        boolean isOfModule() {
            return code.startsWith("package ");
        }

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

    static List<Example> snippets() throws IOException {
        return examples().stream()
                .filter(example -> !example.isProgram() && !example.isOfModule())
                .toList();
    }

    static List<Example> modulesFiles() throws IOException {
        return examples().stream().filter(Example::isOfModule).toList();
    }

    @ParameterizedTest
    @MethodSource("modulesFiles")
    void exampleIsAFileOfAModule(Example example) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("integrations"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")))
                    .anySatisfy(file -> assertThat(file).hasContent(example.code()));
        }
    }

    @Test
    void thereAreExamples() throws IOException {
        assertThat(examples()).hasSizeGreaterThan(5);
    }

    /** As pasted: nothing is added to it, and both runs use one file. */
    @Test
    void theFirstProgramRunsTwiceOnOneFile(@TempDir Path directory) throws Exception {
        String program = examples().stream()
                .filter(example -> example.place().startsWith("README.md") && example.isProgram())
                .findFirst()
                .orElseThrow()
                .code();
        Files.writeString(directory.resolve("FirstProgram.java"), program);

        assertThat(runSource(directory)).isEqualTo("researcher: lead\ntasks of researcher: 1\n");
        String second = runSource(directory);

        assertThat(second).isEqualTo("researcher: lead\ntasks of researcher: 2\n");
        assertThat(Files.readString(Path.of("README.md"))).contains("```text\n" + second + "```");
        assertThat(directory.resolve("modelscan.db")).exists();
    }

    /** Maven 3.8 compiles for Java 5 without these properties, and its compiler plugin knows no other. */
    @Test
    void theProjectOfTheReadmeHasTheLibrarysJava() throws IOException {
        String java = properties().get("maven.compiler.release");
        assertThat(Files.readString(Path.of("README.md")))
                .contains("<maven.compiler.source>" + java + "<", "<maven.compiler.target>" + java + "<");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aVersionIsThatOfTheBuild(Path page) throws IOException {
        Map<String, String> versions = versions();
        for (MatchResult shown :
                VERSION.matcher(Files.readString(page)).results().toList()) {
            String build = versions.get(shown.group(1));
            assertThat(build == null
                            || shown.group(2).startsWith("$")
                            || shown.group(2).equals(build))
                    .as(shown.group())
                    .isTrue();
        }
    }

    @Test
    void theTableOfVersionsBeginsWithThoseOfTheBuild() throws IOException {
        String row = Stream.of("sqlite-jdbc", "jooq", "flyway-core", "jackson-databind", "postgresql", "HikariCP")
                .map(versions()::get)
                .collect(Collectors.joining(" | ", "| this library | ", " |"));
        assertThat(Files.readAllLines(Path.of("docs/versions.md"))).contains(row);
    }

    private static Map<String, String> properties() throws IOException {
        return PROPERTY.matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .collect(Collectors.toMap(each -> each.group(1), each -> each.group(2), (first, again) -> first));
    }

    /** The version of each artifact that the POM names; that of the library itself comes first. */
    private static Map<String, String> versions() throws IOException {
        Map<String, String> properties = properties();
        return VERSION.matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .collect(Collectors.toMap(
                        each -> each.group(1),
                        each -> properties.getOrDefault(each.group(2).replaceAll("[${}]", ""), each.group(2)),
                        (first, again) -> first));
    }

    private static String runSource(Path directory) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path errors = directory.resolve("errors.txt");
        Process process = new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "FirstProgram.java")
                .directory(directory.toFile())
                .redirectError(errors.toFile())
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output + Files.readString(errors)).isZero();
        return output.replace(System.lineSeparator(), "\n");
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void exampleCompilesAndRuns(Example example, @TempDir Path directory) throws Throwable {
        // An example that opens a database itself gets none. Its files are in the temporary directory.
        String parameter = example.code().contains("Database db =") ? "unused" : "db";
        String code = onOwnServer(example.code())
                .replaceAll("\"([a-z]+\\.db)\"", "\"" + directory + "/$1\"")
                .replaceAll("\"/var/lib/([a-z]+)\"", "\"" + directory + "/$1\"");
        String source = """
                %s
                import static org.jooq.impl.DSL.*;
                import com.fasterxml.jackson.core.type.TypeReference;
                import com.fasterxml.jackson.databind.DeserializationFeature;
                import com.fasterxml.jackson.databind.ObjectMapper;
                import dev.modelscan.storage.analytics.*;
                import dev.modelscan.storage.metrics.*;
                import dev.modelscan.storage.retention.*;
                import dev.modelscan.storage.testkit.*;
                import io.micrometer.core.instrument.MeterRegistry;
                import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
                import io.opentelemetry.api.OpenTelemetry;
                import java.math.BigDecimal;
                import java.nio.file.Path;
                import java.sql.Connection;
                import java.sql.DriverManager;
                import java.sql.Statement;
                import java.time.*;
                import java.util.*;

                public class Snippet implements org.junit.jupiter.api.function.ThrowingConsumer<Database> {
                    public void accept(Database %s) throws Exception {
                %s
                    }
                }
                """.formatted(SnippetCompiler.IMPORTS, parameter, code);
        try (URLClassLoader loader = compile(source, directory.resolve("classes"))) {
            Object snippet = loader.loadClass("Snippet").getConstructor().newInstance();
            try (Database db = Database.inMemory()) {
                @SuppressWarnings("unchecked")
                var consumer = (ThrowingConsumer<Database>) snippet;
                consumer.accept(db);
            }
        }
    }

    /** An example that names a server gets an empty database on the tests' server. */
    private static String onOwnServer(String code) throws SQLException {
        Pattern url = Pattern.compile("\"jdbc:postgresql:[^\"]*\"");
        return url.matcher(code).find()
                ? url.matcher(code).replaceAll(Matcher.quoteReplacement('"' + PostgresServer.newDatabase("") + '"'))
                : code;
    }

    private static URLClassLoader compile(String source, Path output) throws IOException {
        assertThat(SnippetCompiler.compile("Snippet", source, output, List.of()))
                .as(source)
                .noneMatch(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR);
        return new URLClassLoader(new URL[] {output.toUri().toURL()}, DocumentationTest.class.getClassLoader());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksHaveTargets(Path page) throws IOException {
        Matcher links = LINK.matcher(Files.readString(page));
        while (links.find()) {
            String target = links.group(1);
            if (!target.startsWith("http")) {
                Path file = target.isEmpty() ? page : page.toAbsolutePath().resolveSibling(target);
                assertThat(file).exists();
                assertThat(links.group(2).isEmpty() || anchors(file).contains(links.group(2)))
                        .as(links.group())
                        .isTrue();
            }
        }
    }

    @Test
    void aCommentInCodeIsNoHeading(@TempDir Path directory) throws IOException {
        Path page = Files.writeString(directory.resolve("page.md"), "# A b\n```sh\n# no heading\n```\n## C\n");
        assertThat(anchors(page)).containsExactly("a-b", "c");
    }

    /** What GitHub calls the headings of a page. */
    private static List<String> anchors(Path page) throws IOException {
        return FENCED.matcher(Files.readString(page))
                .replaceAll("")
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /** What docs/architecture.md names is there: below the library's sources, or below the project. */
    @Test
    void theArchitectureNamesFilesThatExist() throws IOException {
        Path sources = Path.of("src/main/java/dev/modelscan/storage");
        List<String> named = FILE.matcher(Files.readString(ARCHITECTURE))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(named).hasSizeGreaterThan(50);
        assertThat(named).allMatch(name -> Files.exists(sources.resolve(name)) || Files.exists(Path.of(name)));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Engine.class,
                Dialect.class,
                Expressions.class,
                Changes.class,
                Store.class,
                Sessions.class,
                TransactionGuard.class,
                WorkspaceHost.class,
                WorkspaceMigrator.class
            })
    void theArchitectureListsTheMethodsOfAnEngine(Class<?> type) throws IOException {
        String page = Files.readString(ARCHITECTURE);
        int begin = page.indexOf(type.getSimpleName() + ".java", page.indexOf("## What an engine has to contain"));
        assertThat(begin).isPositive();
        int end = page.indexOf("\n**", page.indexOf("\n\n", begin));
        String section = page.substring(begin, end < 0 ? page.length() : end);
        assertThat(Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> !method.isSynthetic())
                        .map(Method::getName))
                .allMatch(name -> section.contains("`" + name + "`"));
    }
}
