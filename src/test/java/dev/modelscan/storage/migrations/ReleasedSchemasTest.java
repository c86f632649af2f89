package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.SchemaExport;
import dev.modelscan.storage.support.MigratedSchema.Engine;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.testkit.ReleasedSchemas;
import dev.modelscan.storage.testkit.TableContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Databases of every released schema, with the tables of the sample application on top, are upgraded and lose nothing. */
class ReleasedSchemasTest {

    private static final MigrationSet SAMPLE =
            new MigrationSet("app", "filesystem:integrations/own-tables/src/main/resources/db/app");

    private static final Path ENTRIES = Path.of("src/main/resources/dev/modelscan/storage/testkit/schemas");
    private static final Path ROWS = Path.of("src/test/resources/schemas/rows.sql");
    private static final Pattern ROW = Pattern.compile("(\\d+)-(\\d*) +(INSERT .*)");
    private static final Pattern BYTES = Pattern.compile("\\{hex:([0-9a-f]*)}");

    @TempDir
    private Path directory;

    private static String folder(Engine engine) {
        return engine.name().toLowerCase(Locale.ROOT);
    }

    /** The whole script of a version: its schema, and rows for it. */
    private static String script(Engine engine, int version) throws IOException {
        StringBuilder script = new StringBuilder(SchemaExport.sql(folder(engine), 0, version));
        for (String line : Files.readAllLines(ROWS)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()
                    && Integer.parseInt(row.group(1)) <= version
                    && (row.group(2).isEmpty() || version <= Integer.parseInt(row.group(2)))) {
                String bytes = engine == Engine.SQLITE ? "x'$1'" : "'\\\\x$1'";
                script.append('\n')
                        .append(BYTES.matcher(row.group(3)).replaceAll(bytes))
                        .append(";");
            }
        }
        return script.append('\n').toString();
    }

    /** Writes a database of this schema for later builds; CONTRIBUTING.md has the command. */
    @Test
    @EnabledIfSystemProperty(named = "modelscan.schema.write", matches = "\\d+")
    void write() throws IOException {
        int version = Integer.getInteger("modelscan.schema.write");
        TreeSet<Integer> versions = new TreeSet<>(List.of(version));
        for (Engine engine : Engine.values()) {
            Path entry = ENTRIES.resolve(folder(engine)).resolve("V" + version + ".sql");
            Files.createDirectories(entry.getParent());
            Files.writeString(entry, script(engine, version));
            try (Stream<Path> files = Files.list(entry.getParent())) {
                files.map(file -> file.getFileName().toString().replaceAll("\\D", ""))
                        .filter(number -> !number.isEmpty())
                        .map(Integer::valueOf)
                        .forEach(versions::add);
            }
        }
        Files.writeString(
                ENTRIES.resolve("versions"),
                versions.stream().map(number -> number + "\n").collect(Collectors.joining()));
    }

    private Connection connect(Engine engine, String place) throws SQLException {
        return engine == Engine.SQLITE
                ? DriverManager.getConnection("jdbc:sqlite:" + place)
                : PostgresServer.connect(place);
    }

    private String newPlace(Engine engine) throws SQLException {
        return engine == Engine.SQLITE ? directory.resolve("old.db").toString() : PostgresServer.newSchema();
    }

    private static DatabaseBuilder at(Engine engine, String place) {
        return engine == Engine.SQLITE
                ? Database.builder().path(place)
                : Database.builder().url(PostgresServer.url()).workspace(place);
    }

    private static void run(Connection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(script);
        }
    }

    static Stream<Arguments> entries() {
        return ReleasedSchemas.versions().stream()
                .flatMap(version -> Stream.of(Engine.values()).map(engine -> Arguments.of(engine, version)));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void eachIsUpgradedWithTheSamplesTablesAndLosesNothing(Engine engine, int version) throws SQLException {
        String place = newPlace(engine);
        TableContents before;
        try (Connection connection = connect(engine, place)) {
            ReleasedSchemas.create(connection, version);
            run(connection, SchemaExport.sql(folder(engine), SAMPLE, 0, SchemaExport.NEWEST));
            run(
                    connection,
                    "INSERT INTO reviews (id, task_id, verdict, metadata, created_at) VALUES"
                            + " ('r1', 'k1', 'good', '{\"by\": \"me\"}', '2025-12-18T09:30:00.000000Z')");
            before = TableContents.of(connection);
            assertThat(before.emptyTables()).isEmpty();
        }
        try (Database db =
                at(engine, place).migrations(SAMPLE.name(), SAMPLE.location()).open()) {
            assertThat(db.appliedMigrations()).hasSize(db.schemaVersion() - version);
            assertThat(db.stats().sets()).isEqualTo(Map.of("app", 1L));
            assertThat(db.agents().list(10, 0)).hasSize(2);
            assertThat(db.messages().list(10, 0)).hasSize(2);
            assertThat(db.tasks().list(10, 0)).isNotEmpty();
        }
        try (Connection connection = connect(engine, place)) {
            TableContents after = TableContents.of(connection);
            after.requireKept(before);
            run(connection, "DELETE FROM reviews");
            assertThatThrownBy(() -> TableContents.of(connection).requireKept(before))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("reviews: {id=r1");
        }
    }

    /** So the next release's database has rows in every table, and can be written. */
    @Test
    void thereAreRowsForEveryTableOfTheNewestVersion() throws SQLException, IOException {
        int newest = Engine.SQLITE.scripts().size();
        for (Engine engine : Engine.values()) {
            try (Connection connection = connect(engine, newPlace(engine))) {
                run(connection, script(engine, newest));
                assertThat(TableContents.of(connection).emptyTables()).isEmpty();
            }
        }
    }

    @Test
    void aVersionWithoutADatabaseIsSaid() throws SQLException {
        try (Connection connection = connect(Engine.SQLITE, newPlace(Engine.SQLITE))) {
            assertThatThrownBy(() -> ReleasedSchemas.create(connection, 999))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("999");
        }
    }
}
