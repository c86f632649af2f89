package dev.modelscan.storage.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.support.SnippetCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Property;
import org.jooq.meta.jaxb.Target;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Typed tables of an application's own, generated as in its build. */
class StorageDatabaseTest {

    private static final String REVIEWS = """
            CREATE TABLE reviews (
                id TEXT NOT NULL PRIMARY KEY,
                task_id TEXT NOT NULL REFERENCES tasks (id),
                reviewer TEXT REFERENCES agents,
                verdict TEXT NOT NULL CHECK (verdict IN ('good', 'bad')),
                metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
                score INTEGER,
                seen_at INTEGER,
                child_task_id TEXT,
                parent_id TEXT,
                created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX reviews_by_task ON reviews (task_id, created_at);
            """;

    @TempDir
    private Path directory;

    private Path output;

    @BeforeEach
    void writeMigration() throws IOException {
        output = directory.resolve("generated");
        write("V1__reviews.sql", REVIEWS);
    }

    private void write(String name, String sql) throws IOException {
        Path file = directory.resolve("db/app/sqlite").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, sql);
    }

    private Map<String, String> generate(String tables, ForcedType... forced) throws Exception {
        GenerationTool.generate(new Configuration()
                .withLogging(Logging.WARN)
                .withBasedir(directory.toString())
                .withGenerator(new Generator()
                        .withDatabase(new Database()
                                .withName(StorageDatabase.class.getName())
                                .withProperties(
                                        new Property().withKey("migrations").withValue("db/app"),
                                        new Property().withKey("tables").withValue(tables))
                                .withSchemaVersionProvider(SchemaVersion.class.getName())
                                .withForcedTypes(forced))
                        .withTarget(new Target().withPackageName("app.db").withDirectory(output.toString()))));
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(output)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }

    private List<String> errors(String statement) throws IOException {
        try (Stream<Path> files = Files.walk(output)) {
            return SnippetCompiler.errors(
                            statement,
                            Files.createTempDirectory(directory, "classes"),
                            files.filter(Files::isRegularFile).toList())
                    .stream()
                    .map(error -> error.code() + " " + error.message())
                    .toList();
        }
    }

    @Test
    void theColumnsHaveTheLibrarysTypesAndForeignKeysArePaths() throws Exception {
        Map<String, String> files = generate("all");
        assertThat(files)
                .containsKeys("Reviews.java", "Tasks.java")
                .doesNotContainKey("ModelscanSet1SchemaHistory.java");
        assertThat(files.get("Reviews.java"))
                .contains(
                        "TableField<ReviewsRecord, TaskId> TASK_ID",
                        "ColumnTypes.of(dev.modelscan.storage.tasks.TaskId.class)")
                .contains("TableField<ReviewsRecord, AgentId> REVIEWER")
                .contains("TableField<ReviewsRecord, Json> METADATA")
                .contains("TableField<ReviewsRecord, Instant> CREATED_AT")
                .contains("TableField<ReviewsRecord, Integer> SEEN_AT")
                .contains("TableField<ReviewsRecord, TaskId> CHILD_TASK_ID")
                .contains("TableField<ReviewsRecord, String> PARENT_ID");
        assertThat(files.values()).noneMatch(text -> text.contains("dev.modelscan.storage.internal"));
        assertThat(errors("app.db.tables.Reviews r = app.db.Tables.REVIEWS;"
                        + " dsl.select(r.ID, r.tasks().TYPE, r.tasks().agents().NAME).from(r)"
                        + ".where(r.TASK_ID.eq(dev.modelscan.storage.tasks.TaskId.next())).fetch();"))
                .isEmpty();
        assertThat(errors("dsl.selectFrom(app.db.Tables.REVIEWS).where(app.db.Tables.REVIEWS.TASK_ID"
                        + ".eq(dev.modelscan.storage.agents.AgentId.next())).fetch();"))
                .isNotEmpty();
    }

    /** Those of this process: other tests make some in the same folder at the same time. */
    private static Set<Path> scratchFolders(String temporary) throws IOException {
        String name = "modelscan-codegen-" + ProcessHandle.current().pid() + "-";
        try (Stream<Path> files = Files.list(Path.of(temporary))) {
            return files.filter(file -> file.getFileName().toString().startsWith(name))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void theSameMigrationsGiveTheSameCodeAndNothingIsWrittenAgain() throws Exception {
        String temporary = System.getProperty("java.io.tmpdir");
        Set<Path> before = scratchFolders(temporary);
        Map<String, String> once = generate("own");
        assertThat(scratchFolders(temporary)).isSubsetOf(before);
        Path schema = output.resolve("app/db/DefaultSchema.java");
        Path removed = output.resolve("app/db/tables/Reviews.java");
        Files.delete(removed);
        FileTime written = Files.getLastModifiedTime(schema);
        generate("own");
        assertThat(removed).doesNotExist();
        assertThat(Files.getLastModifiedTime(schema)).isEqualTo(written);
        output = directory.resolve("again");
        assertThat(generate("own")).isEqualTo(once);
    }

    @Test
    void theBuildsOwnTypesComeFirst() throws Exception {
        ForcedType verdict = new ForcedType()
                .withUserType("java.lang.Character")
                .withConverter(
                        "org.jooq.Converter.ofNullable(String.class, Character.class, s -> s.charAt(0), String::valueOf)")
                .withIncludeExpression(".*\\.(verdict|created_at)");
        assertThat(generate("own", verdict).get("Reviews.java"))
                .contains("TableField<ReviewsRecord, Character> VERDICT")
                .contains("TableField<ReviewsRecord, Character> CREATED_AT")
                .contains("TableField<ReviewsRecord, TaskId> TASK_ID");
    }

    @Test
    void theApplicationsTablesAloneJoinTheLibrarysByTheirTypes() throws Exception {
        Map<String, String> files = generate("own");
        assertThat(files).containsKey("Reviews.java").doesNotContainKey("Tasks.java");
        assertThat(
                        errors(
                                "dsl.select(dev.modelscan.storage.schema.Tables.TASKS.TYPE)"
                                        + ".from(app.db.Tables.REVIEWS).join(dev.modelscan.storage.schema.Tables.TASKS)"
                                        + ".on(app.db.Tables.REVIEWS.TASK_ID.eq(dev.modelscan.storage.schema.Tables.TASKS.ID)).fetch();"))
                .isEmpty();
    }

    @Test
    void whatCannotBeGeneratedIsSaid() throws Exception {
        write("V2__broken.sql", "ALTER TABLE missing ADD COLUMN x TEXT;");
        assertThatThrownBy(() -> generate("all"))
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("set1/V2__broken.sql, line 1")
                .hasMessageContaining("no such table: missing");
        write("V2__broken.sql", "CREATE TABLE odd (id TEXT PRIMARY KEY, at TEXT DEFAULT (strftime('%Y', 'now')));");
        assertThatThrownBy(() -> generate("all"))
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("table odd: jOOQ's code generator cannot read");
    }
}
