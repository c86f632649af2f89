package dev.modelscan.storage.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.queries.TableRows;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.util.jaxb.tools.MiniJAXB;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** The sample in {@code integrations/own-tables}: generated as its POM says, compiled, and run on both engines. */
class OwnTablesSampleTest {

    private static final Path SAMPLE = Path.of("integrations/own-tables");

    @TempDir
    private Path directory;

    private Path resources;
    private Path classes;

    @BeforeEach
    void copySample() throws IOException {
        resources = directory.resolve("src/main/resources");
        classes = directory.resolve("target/classes");
        Path original = SAMPLE.resolve("src/main/resources");
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = resources.resolve(original.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    /** The configuration of the sample's POM. */
    private static Configuration configuration() throws Exception {
        Element pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(SAMPLE.resolve("pom.xml").toFile())
                .getDocumentElement();
        Transformer text = TransformerFactory.newInstance().newTransformer();
        text.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        StringWriter generator = new StringWriter();
        text.transform(new DOMSource(pom.getElementsByTagName("generator").item(0)), new StreamResult(generator));
        return MiniJAXB.unmarshal(
                "<configuration>"
                        + generator.toString().replace("xmlns=\"http://maven.apache.org/POM/4.0.0\"", "")
                        + "</configuration>",
                Configuration.class);
    }

    /** Generates and compiles. Returns the compiler's errors. */
    private String build() throws Exception {
        Configuration configuration = configuration().withBasedir(directory.toString());
        configuration
                .getGenerator()
                .getTarget()
                .setDirectory(directory.resolve("generated").toString());
        GenerationTool.generate(configuration);
        List<Path> sources = new ArrayList<>();
        for (Path root : List.of(directory.resolve("generated"), SAMPLE.resolve("src/main/java"))) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Files.createDirectories(classes);
        StringWriter errors = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-d",
                    classes.toString(),
                    "-proc:none",
                    "-nowarn",
                    "-classpath",
                    System.getProperty("java.class.path"));
            compiler.getTask(errors, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
        }
        return errors.toString();
    }

    private void run(DatabaseBuilder builder) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new SampleLoader(classes, resources)) {
            thread.setContextClassLoader(loader);
            Class<?> type = loader.loadClass("example.Reviews");
            Method open = type.getMethod("open", DatabaseBuilder.class);
            try (Database db = (Database) open.invoke(null, builder)) {
                assertThat(db.stats().sets()).isEqualTo(Map.of("app", 1L));
                Agent agent = db.agents()
                        .create(Agent.builder().name("alice").mode("llm").build());
                Task task = db.tasks()
                        .create(Task.builder()
                                .type("summarise")
                                .agentId(agent.id())
                                .build());
                Object reviews = type.getConstructor(Database.class).newInstance(db);
                type.getMethod("add", dev.modelscan.storage.tasks.TaskId.class, String.class, Json.class)
                        .invoke(reviews, task.id(), "good", Json.of(Map.of("by", "a person")));
                Object latest = type.getMethod("latest", int.class).invoke(reviews, 10);
                assertThat((List<?>) latest)
                        .singleElement()
                        .asString()
                        .contains("verdict=good", "taskType=summarise", "agentName=alice");
                keepFindings(db, loader);
                db.tasks().delete(task.id());
                assertThat((List<?>) type.getMethod("latest", int.class).invoke(reviews, 10))
                        .isEmpty();
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** A mapped table, and a JSON column that is a record. */
    private static void keepFindings(Database db, ClassLoader loader) throws Exception {
        @SuppressWarnings("unchecked") // Its records are of the sample's own class.
        var rows = (TableRows<String, Record>) loader.loadClass("example.ReviewRows")
                .getMethod("of", Repositories.class)
                .invoke(null, db);
        Record row = rows.list(PageRequest.first(10)).items().get(0);
        @SuppressWarnings("unchecked")
        Field<Object> column = (Field<Object>) row.field("findings");
        Object findings = loader.loadClass("example.Findings")
                .getConstructor(int.class, List.class)
                .newInstance(2, List.of("no source"));
        assertThat(row.get(column)).isNull();
        row.set(column, findings);
        assertThat(rows.update(row).get(column)).isEqualTo(findings);
        assertThat(rows.get(row.get("id", String.class)).get(column)).isEqualTo(findings);
    }

    /** Each block of SQL and XML, and the program, are the sample's own. */
    @Test
    void thePageQuotesTheSample() throws IOException {
        StringBuilder sample = new StringBuilder();
        try (Stream<Path> files = Files.walk(SAMPLE)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().matches(".*\\.(sql|java|xml)")) {
                    sample.append(Files.readString(file)).append('\n');
                }
            }
        }
        List<String> blocks = Pattern.compile("```(sql|xml|java)\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("docs/own-tables.md")))
                .results()
                .filter(block ->
                        !block.group(1).equals("java") || block.group(2).contains("package example"))
                .map(block -> block.group(2).stripTrailing())
                .toList();
        assertThat(blocks).hasSize(8).allSatisfy(block -> assertThat(sample).contains(block));
    }

    /** Does not see the folder of the same name among this project's own test resources. */
    private static final class SampleLoader extends URLClassLoader {

        SampleLoader(Path classes, Path resources) throws IOException {
            super(
                    new URL[] {classes.toUri().toURL(), resources.toUri().toURL()},
                    OwnTablesSampleTest.class.getClassLoader());
        }

        @Override
        public URL getResource(String name) {
            return name.startsWith("db/") ? findResource(name) : super.getResource(name);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.startsWith("db/") ? findResources(name) : super.getResources(name);
        }
    }

    @Test
    void itRunsOnBothEngines() throws Exception {
        assertThat(build()).isEmpty();
        run(Database.builder().inMemory());
        run(Database.builder().url(PostgresServer.url()).workspace(PostgresServer.newSchemaName()));
    }

    @Test
    void aColumnThatIsRenamedBreaksItsBuild() throws Exception {
        Files.writeString(
                resources.resolve("db/app/sqlite/V2__rename.sql"),
                "ALTER TABLE reviews RENAME COLUMN verdict TO result;\n");
        assertThat(build()).contains("Reviews.java", "cannot find symbol", "VERDICT");
    }
}
