package dev.modelscan.storage.internal.repository;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jooq.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The build has rendered every query as jOOQ renders it now. A program that only calls repositories does not
 * load jOOQ.
 */
class PackagedQueriesTest {

    /** Opens a database and reads an agent, in a separate process. */
    public static final class Reader {
        public static void main(String[] arguments) {
            try (var db = dev.modelscan.storage.Database.open(Path.of(arguments[0]))) {
                System.out.println(db.agents().getByName("researcher").name());
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
            assertThat(packaged)
                    .contains(query.key() + "\t" + rendered.packed() + "\t" + String.join(",", rendered.parameters())
                            + "\t" + rendered.sql());
            assertThat(query.rendered(SqliteDialect.INSTANCE)).isEqualTo(rendered);
        }
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
    void readingAnAgentRendersNothing(@TempDir Path directory) throws Exception {
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
        String log = Files.readString(output);
        assertThat(log)
                .contains("researcher")
                .contains("dev.modelscan.storage.internal.query.PackagedQueries")
                .doesNotContain("org.jooq.impl.DefaultConfiguration")
                .doesNotContain("org.flywaydb")
                .doesNotContain("org.postgresql.")
                .doesNotContain("dev.modelscan.storage.internal.postgres.PostgresDialect")
                .doesNotContain("com.fasterxml.jackson.databind.json.JsonMapper ");
    }
}
