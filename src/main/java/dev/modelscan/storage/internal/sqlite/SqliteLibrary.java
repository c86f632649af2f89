package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Libraries;
import dev.modelscan.storage.internal.engine.Libraries.Library;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks whether the SQLite on the class path is new enough, by what it can do. */
final class SqliteLibrary {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);

    private static final Library DRIVER = new Library(
            "org.xerial:sqlite-jdbc", "org/sqlite/", "org.sqlite.SQLiteConfig", "3.45.3.0", "sqlite-jdbc.version");
    private static final Libraries LIBRARIES = new Libraries(DRIVER);

    private static volatile boolean isNewEnough;

    private SqliteLibrary() {}

    /**
     * Opens a database.
     *
     * @throws UnavailableException if a library is too old; it names the library, the versions, and what sets
     *     its version
     */
    static <T> T checked(Supplier<T> opening) {
        return LIBRARIES.checked(() -> {
            if (!isNewEnough) {
                require();
                isNewEnough = true;
            }
            return opening.get();
        });
    }

    /** If SQLite cannot be loaded at all, opening the database reports it. */
    private static void require() {
        try (Connection connection =
                SqliteConnections.toMemory(Duration.ofSeconds(1)).openProbe()) {
            require(connection);
        } catch (SQLException e) {
            LOG.debug("what SQLite can do is not known", e);
        }
    }

    /** Checks the one function whose behaviour has changed between versions. */
    static void require(Connection connection) {
        byte[] expected = {'a', (byte) 0xff, '1', (byte) 0xff, (byte) 0xfe, (byte) 0xff, '~'};
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT concat_ws(x'ff', 'a', 1, x'fe', '~')")) {
            rows.next();
            if (!Arrays.equals(expected, rows.getBytes(1))) {
                throw Libraries.tooOld(DRIVER, "its concat_ws joins values differently", null);
            }
        } catch (SQLException e) {
            throw Libraries.tooOld(DRIVER, e.getMessage(), e);
        }
    }
}
