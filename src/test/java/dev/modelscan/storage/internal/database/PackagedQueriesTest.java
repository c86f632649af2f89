package dev.modelscan.storage.internal.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.postgres.PostgresDialect;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.schema.DefaultSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The build has rendered every query as jOOQ renders it now. A program that only calls repositories does not
 * load jOOQ.
 */
class PackagedQueriesTest {

    private static final Pattern QUERY = Pattern.compile("CompiledQuery\\.(rows|command)\\(|new (PagedQuery|Mapping)<");

    /** Opens a database and reads from each repository, in a separate process. */
    public static final class Reader {
        public static void main(String[] arguments) {
            PageRequest first = PageRequest.first(10);
            try (var db = dev.modelscan.storage.Database.open(Path.of(arguments[0]))) {
                var researcher = db.agents().getByName("researcher");
                System.out.println("agent read");
                db.agents().list(first);
                db.agents().updateStatus(researcher.id(), AgentStatus.ACTIVE);
                db.workflows().list(first);
                db.tasks().listByAgent(researcher.id(), first);
                db.conversations().list(first);
                db.messages().listUnread(researcher.id(), first);
                db.messages().listLatest(ConversationId.next(), 10);
                db.teams().listByAgent(researcher.id());
                db.toolExecutions().list(first);
                db.modelCalls().list(first);
                db.scores().list(first);
                db.sources().list(first);
                db.deletedRecords().list(first);
                System.out.println(researcher.name());
                // Their ids are sent as JSON.
                db.messages().listParts(MessageId.next());
            }
        }
    }

    @Test
    void everyQueryIsPackagedAsItIsRendered() throws Exception {
        RenderQueries.loadAll();
        List<String> packaged = packagedLines();
        assertThat(CompiledQuery.all()).hasSameSizeAs(packaged);
        for (CompiledQuery<?> query : CompiledQuery.all()) {
            var rendered = query.render(SqliteDialect.INSTANCE);
            String packed = rendered.packed().toString().replaceAll("[\\[\\] ]", "");
            assertThat(packaged)
                    .contains(query.key() + "\t" + packed + "\t" + String.join(",", rendered.parameters()) + "\t"
                            + rendered.sql());
            assertThat(query.rendered(SqliteDialect.INSTANCE)).isEqualTo(rendered);
        }
    }

    @Test
    void everyPackageWithQueriesIsRendered() throws IOException {
        Set<String> packages = new TreeSet<>();
        Path internal = Path.of("src/main/java/dev/modelscan/storage/internal");
        try (Stream<Path> files = Files.walk(internal)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path home = internal.relativize(file).getName(0);
                if (!home.toString().equals("codegen")
                        && QUERY.matcher(Files.readString(file)).find()) {
                    packages.add(home.toString());
                }
            }
        }
        assertThat(RenderQueries.PACKAGES).containsExactlyInAnyOrderElementsOf(packages);
    }

    /** jOOQ adds the default schema to every name without a schema. This must happen to tables only. */
    @Test
    void onlyTablesAreInTheSchema() throws Exception {
        RenderQueries.loadAll();
        Set<String> tables =
                DefaultSchema.DEFAULT_SCHEMA.tableStream().map(Table::getName).collect(Collectors.toSet());
        for (CompiledQuery<?> query : CompiledQuery.all()) {
            String sql = query.render(PostgresDialect.INSTANCE).sql();
            Set<String> qualified = Pattern.compile("\\{schema}\\.(\\w+)")
                    .matcher(sql)
                    .results()
                    .map(found -> found.group(1))
                    .collect(Collectors.toSet());
            assertThat(qualified).as(sql).isNotEmpty().isSubsetOf(tables);
            assertThat(query.render(SqliteDialect.INSTANCE).sql()).doesNotContain("{schema}");
        }
    }

    private static List<String> packagedLines() throws IOException {
        try (InputStream in = PackagedQueriesTest.class.getResourceAsStream("/dev/modelscan/storage/queries/sqlite")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void repositoriesDoNotLoadJooq(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("reader.db");
        try (var db = dev.modelscan.storage.Database.open(file)) {
            db.agents()
                    .create(dev.modelscan.storage.agents.Agent.builder()
                            .name("researcher")
                            .mode("llm")
                            .build());
        }
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reader.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        List<String> log = Files.readAllLines(output);
        assertThat(log).contains("researcher");
        assertThat(log)
                .anyMatch(line -> line.contains("dev.modelscan.storage.internal.query.PackagedQueries "))
                .noneMatch(line -> line.contains(" org.jooq.impl.")
                        || line.contains(" org.flywaydb.")
                        || line.contains(" org.postgresql.")
                        || line.contains(" dev.modelscan.storage.internal.postgres.PostgresDialect "));
        assertThat(log.subList(0, log.indexOf("agent read")))
                .noneMatch(line -> line.contains(" dev.modelscan.storage.internal.repository.SqlTaskRepository "));
        assertThat(log.subList(0, log.indexOf("researcher")))
                .noneMatch(line -> line.contains(" com.fasterxml.jackson.databind.json.JsonMapper "));
    }
}
