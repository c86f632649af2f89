package dev.modelscan.storage.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Databases as earlier versions of the library left them, with rows in every table. So a test can upgrade each with the
 * application's migrations on top.
 *
 * <pre>{@code
 * ReleasedSchemas.create(connection, 4);
 * TableContents before = TableContents.of(connection);
 * Database.builder().path(file).migrations("classpath:db/app").open().close();
 * TableContents.of(connection).requireKept(before);
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ReleasedSchemas {

    private static final String FOLDER = "schemas/";

    private ReleasedSchemas() {}

    /** The versions of the schema of which there is a database, ascending; immutable. */
    public static List<Integer> versions() {
        return text("versions").lines().map(Integer::valueOf).toList();
    }

    /**
     * Makes a database of that version. It is open for this library, and has the history of its migrations.
     *
     * @param connection to an empty SQLite file, or to a PostgreSQL database where the first schema of the search_path
     *     is empty; in auto-commit mode
     * @param version one of {@link #versions}
     * @throws IllegalArgumentException if there is none of that version
     */
    public static void create(Connection connection, int version) throws SQLException {
        if (!versions().contains(version)) {
            throw new IllegalArgumentException(
                    "there is no database of schema version " + version + "; there are " + versions());
        }
        String engine = connection.getMetaData().getDatabaseProductName().equals("SQLite") ? "sqlite" : "postgresql";
        try (Statement statement = connection.createStatement()) {
            // Each driver passes the whole script on.
            statement.executeUpdate(text(engine + "/V" + version + ".sql"));
        }
    }

    private static String text(String name) {
        try (InputStream in = ReleasedSchemas.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException(FOLDER + name + " is missing; the testkit was not built whole");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
