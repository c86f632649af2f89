package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet files, read back by DuckDB. */
class ParquetTest {

    @TempDir
    Path directory;

    private String database;
    private Path files;

    @BeforeEach
    void fill() {
        database = directory.resolve("runs.db").toString();
        files = directory.resolve("it's parquet");
        assertThat(MainTest.run(
                                "import",
                                "src/test/resources/inputs/atif.json",
                                "src/test/resources/inputs/chatgpt.json",
                                "src/test/resources/inputs/openai-odd.jsonl",
                                "--db",
                                database)
                        .code())
                .isZero();
    }

    private MainTest.Run export() {
        return MainTest.run("export", files.toString(), "--format", "parquet", "--db", database);
    }

    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET autoinstall_known_extensions=false");
            statement.execute("SET autoload_known_extensions=false");
            try (ResultSet found =
                    statement.executeQuery(sql.replace("$", files.toString().replace("'", "''")))) {
                while (found.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                        row.add(found.getString(i));
                    }
                    rows.add(String.join("|", row));
                }
            }
        }
        return rows;
    }

    @Test
    void eachTableIsThereWithAllItsRows() throws SQLException, IOException {
        MainTest.Run run = export();

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).startsWith(files + " (parquet): ").contains(" rows of ");
        Map<String, Long> rows;
        try (Database db = Database.open(database)) {
            rows = new HashMap<>(db.stats().rows());
        }
        // The audit log is about one database, and stays there.
        rows.keySet().removeIf(table -> table.startsWith("audit_"));
        Map<String, Long> read = new HashMap<>();
        for (String table : rows.keySet()) {
            read.put(
                    table,
                    Long.valueOf(query("SELECT count(*) FROM '$/" + table + "/**/*.parquet'")
                            .get(0)));
        }
        assertThat(read).isEqualTo(rows);
        try (Stream<Path> left = Files.walk(directory)) {
            assertThat(left).noneMatch(path -> path.toString().endsWith(".part"));
        }
    }

    @Test
    void columnsHaveTypesAndTablesAreParted() throws SQLException {
        export();

        assertThat(query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '$/messages/**/*.parquet')"))
                .contains(
                        "created_at|TIMESTAMP WITH TIME ZONE",
                        "sequence_number|BIGINT",
                        "content|VARCHAR",
                        "metadata|JSON",
                        "day|DATE");
        assertThat(query("SELECT DISTINCT day FROM '$/messages/**/*.parquet' WHERE epoch(created_at) = 1767323047"))
                .containsExactly("2026-01-02");
        assertThat(files.resolve("messages/day=2026-01-02")).isDirectory();
        assertThat(query("SELECT role FROM '$/messages/**/*.parquet' GROUP BY role"))
                .contains("user", "assistant");
    }

    @Test
    void aDirectoryThatExistsIsLeftAsItIs() throws IOException {
        Files.createDirectory(files);

        MainTest.Run run = export();

        assertThat(run.code()).isOne();
        assertThat(run.err()).isEqualToIgnoringNewLines("error: " + files + " exists; name a directory that does not");
        assertThat(MainTest.run("export", "-", "--format", "parquet", "--db", database)
                        .code())
                .isEqualTo(2);
    }

    @Test
    void aMissingDriverIsOneLine() throws ReflectiveOperationException, IOException {
        URL[] withoutDriver = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> !path.contains("duckdb"))
                .map(ParquetTest::url)
                .toArray(URL[]::new);
        StringWriter err = new StringWriter();
        try (URLClassLoader loader = new URLClassLoader(withoutDriver, ClassLoader.getPlatformClassLoader())) {
            Object code = loader.loadClass(Main.class.getName())
                    .getMethod("run", String[].class, PrintWriter.class, PrintWriter.class)
                    .invoke(
                            null,
                            new String[] {"export", files.toString(), "--format", "parquet", "--db", database},
                            new PrintWriter(new StringWriter()),
                            new PrintWriter(err));
            assertThat(code).isEqualTo(1);
        }
        assertThat(err.toString().strip())
                .isEqualTo("error: the form parquet needs DuckDB's JDBC driver, org.duckdb:duckdb_jdbc, on the class"
                        + " path; docs/formats.md says how");
        assertThat(files).doesNotExist();
    }

    private static URL url(String path) {
        try {
            return new File(path).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
