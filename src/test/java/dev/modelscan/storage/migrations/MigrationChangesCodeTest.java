package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.support.SnippetCompiler;
import dev.modelscan.storage.support.SnippetCompiler.CompileError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.OnError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changed column breaks its queries and its record when they are compiled, not when they run. */
class MigrationChangesCodeTest {

    private static final Path MIGRATIONS = Path.of("src/main/sql/sqlite");
    private static final Path BUILT = Path.of("target/generated-sources/jooq");
    private static final String OLD_QUERY = "dsl.select(AGENTS.MODE).from(AGENTS).fetch();";
    private static final String NEW_QUERY = "dsl.select(AGENTS.KIND).from(AGENTS).fetch();";

    @TempDir
    private Path directory;

    @Test
    void aMigrationBreaksTheCodeThatItsColumnsNoLongerFit() throws Exception {
        Path migrations = copyOfMigrations();
        int next = migrations.toFile().list().length + 1;
        Files.writeString(
                migrations.resolve("V" + next + "__columns.sql"),
                "ALTER TABLE agents RENAME COLUMN mode TO kind;\nALTER TABLE teams ADD COLUMN motto TEXT;\n");
        List<Path> tables = generate(migrations);
        assertThat(tables)
                .filteredOn(table -> !table.getFileName().toString().matches("(Agents|Teams).*"))
                .hasSizeGreaterThan(20)
                .allSatisfy(table -> assertThat(
                                BUILT.resolve(directory.resolve("generated").relativize(table)))
                        .hasSameTextualContentAs(table));
        assertThat(errors(OLD_QUERY, List.of())).isEmpty();
        assertThat(errors(OLD_QUERY, tables)).singleElement().satisfies(error -> {
            assertThat(error.line()).isEqualTo(OLD_QUERY);
            assertThat(error.code()).startsWith("compiler.err.cant.resolve");
            assertThat(error.message()).contains("MODE");
        });
        assertThat(errors(NEW_QUERY, tables)).isEmpty();
        assertThat(errors("", generated("")))
                .as("a column that the record lacks, or a component without a column")
                .extracting(CompileError::message)
                .anyMatch(message -> message.contains("Team") && message.contains("motto"))
                .anyMatch(message -> message.contains("Agent") && message.contains("kind"))
                .allMatch(message -> message.matches("(?s).*(Team|Agent).*"));
    }

    private Path copyOfMigrations() throws IOException {
        Path copy = Files.createDirectory(directory.resolve("sql"));
        try (Stream<Path> scripts = Files.list(MIGRATIONS)) {
            for (Path script : scripts.toList()) {
                Files.copy(script, copy.resolve(script.getFileName()));
            }
        }
        return copy;
    }

    /** Like the build: migrates a scratch database, and generates tables from it, and the rest. Returns the tables. */
    private List<Path> generate(Path migrations) throws Exception {
        String url = "jdbc:sqlite:" + directory.resolve("scratch.db");
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("filesystem:" + migrations)
                .table("modelscan_schema_history")
                .load()
                .migrate();
        Configuration configuration;
        try (InputStream file = Files.newInputStream(Path.of("target/codegen.xml"))) {
            configuration = GenerationTool.load(file);
        }
        Path generated = directory.resolve("generated");
        configuration.setJdbc(new Jdbc().withUrl(url));
        configuration.setOnUnused(OnError.FAIL);
        configuration.getGenerator().getTarget().setDirectory(generated.toString());
        GenerationTool.generate(configuration);
        return generated("dev/modelscan/storage/schema");
    }

    private List<Path> generated(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("generated").resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    /** The library itself is not compiled again, so only the snippet can fail. */
    private List<CompileError> errors(String statement, List<Path> tables) throws IOException {
        Path output = Files.createTempDirectory(directory, "classes");
        return SnippetCompiler.errors(statement, output, tables);
    }
}
