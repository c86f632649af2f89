package dev.modelscan.storage.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;

/** A schema of either engine that Flyway alone has migrated, up to a version, and a connection to it. */
public final class MigratedSchema implements AutoCloseable {

    /** The engines, by the folders of their migrations. */
    public enum Engine {
        SQLITE("SQLite", "sqlite"),
        POSTGRESQL("PostgreSQL", "postgresql");

        private final String title;
        private final Path folder;

        Engine(String title, String folder) {
            this.title = title;
            this.folder = Path.of("src/main/sql", folder);
        }

        /** The names of its migrations, in order. */
        public List<String> scripts() {
            try (Stream<Path> files = Files.list(folder)) {
                return files.map(file -> file.getFileName().toString()).sorted().toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return title;
        }
    }

    private final Engine engine;
    private final String url;
    private final Connection connection;

    private MigratedSchema(Engine engine, String url) throws SQLException {
        this.engine = engine;
        this.url = url;
        this.connection = DriverManager.getConnection(url);
    }

    /** A new one. */
    public static MigratedSchema create(Engine engine, int version, Path directory) throws SQLException, IOException {
        String url = engine == Engine.SQLITE
                ? "jdbc:sqlite:"
                        + Files.createTempDirectory(directory, "schema").resolve("scratch.db")
                : PostgresServer.url(PostgresServer.newSchema());
        MigratedSchema schema = new MigratedSchema(engine, url);
        schema.migrate(version);
        return schema;
    }

    /** Applies the migrations that follow, up to a version. */
    public void migrate(int version) throws SQLException {
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("filesystem:" + engine.folder)
                .table("modelscan_schema_history")
                .target(String.valueOf(version))
                .load()
                .migrate();
        if (engine == Engine.SQLITE) {
            execute("PRAGMA foreign_keys = ON");
        }
    }

    public Engine engine() {
        return engine;
    }

    public Connection connection() {
        return connection;
    }

    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Each row as its values with a space between. */
    public List<String> rows(String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                StringJoiner row = new StringJoiner(" ");
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.add(rows.getString(column));
                }
                found.add(row.toString());
            }
        }
        return found;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
