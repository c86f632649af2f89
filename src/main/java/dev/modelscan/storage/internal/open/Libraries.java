package dev.modelscan.storage.internal.open;

import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.SqliteConnections;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells by what they can do whether the libraries on the class path are new enough. A host's build may choose others than this
 * library's own, such as those of a framework's BOM, and without a word.
 */
final class Libraries {

    /**
     * A library that the host's build may choose.
     *
     * @param artifact its coordinates
     * @param packages how the names of its classes begin, as errors have them
     * @param probe a class that is in it from the oldest version on that will do
     * @param oldest that version, which the build tests
     * @param property what sets the version in a build that inherits from Spring Boot's
     */
    record Library(String artifact, String packages, String probe, String oldest, String property) {}

    private static final Library JOOQ =
            new Library("org.jooq:jooq", "org/jooq/", "org.jooq.InverseForeignKey", "3.19.24", "jooq.version");
    private static final Library SQLITE = new Library(
            "org.xerial:sqlite-jdbc", "org/sqlite/", "org.sqlite.SQLiteConfig", "3.45.3.0", "sqlite-jdbc.version");
    private static final Library FLYWAY = new Library(
            "org.flywaydb:flyway-core",
            "org/flywaydb/",
            "org.flywaydb.core.api.pattern.ValidatePattern",
            "10.10.0",
            "flyway.version");
    private static final Library JACKSON = new Library(
            "com.fasterxml.jackson.core:jackson-databind",
            "com/fasterxml/jackson/",
            "com.fasterxml.jackson.core.StreamWriteConstraints",
            "2.17.3",
            "jackson-bom.version, or from Spring Boot 4 on jackson-2-bom.version");
    private static final Library POSTGRESQL = new Library(
            "org.postgresql:postgresql", "org/postgresql/", "org.postgresql.Driver", "42.7.7", "postgresql.version");
    private static final Library HIKARI = new Library(
            "com.zaxxer:HikariCP",
            "com/zaxxer/hikari/",
            "com.zaxxer.hikari.pool.HikariPool",
            "5.1.0",
            "hikaricp.version");

    private static final List<Library> ALWAYS = List.of(JOOQ, SQLITE, FLYWAY, JACKSON);
    private static final List<Library> ALL = List.of(JOOQ, SQLITE, FLYWAY, JACKSON, POSTGRESQL, HIKARI);

    private static final Logger LOG = LoggerFactory.getLogger(Libraries.class);

    private static volatile boolean classesAreThere;
    private static volatile boolean sqliteWillDo;

    private Libraries() {}

    /**
     * Opens a database on SQLite.
     *
     * @throws UnavailableException where a library is too old; it names the library, the versions, and what sets its version
     */
    static <T> T checkedForSqlite(Supplier<T> opening) {
        return checked(() -> {
            if (!sqliteWillDo) {
                requireSqlite();
                sqliteWillDo = true;
            }
            return opening.get();
        });
    }

    /** Opens a database. A method that is missing shows only where it is called, so that is looked for too. */
    static <T> T checked(Supplier<T> opening) {
        if (!classesAreThere) {
            require(ALWAYS, Libraries.class.getClassLoader());
            classesAreThere = true;
        }
        try {
            return opening.get();
        } catch (IncompatibleClassChangeError | NoClassDefFoundError e) {
            throw explained(e);
        }
    }

    /** Checks the libraries that PostgreSQL needs beside those that every database does. */
    static void requirePostgresql() {
        require(List.of(POSTGRESQL, HIKARI), Libraries.class.getClassLoader());
    }

    /** The error as the library's own, where one of these libraries lacks what was asked for. */
    static UnavailableException explained(LinkageError e) {
        String missing = String.valueOf(e.getMessage()).replace('.', '/');
        return ALL.stream()
                .filter(library -> missing.contains(library.packages()))
                .findFirst()
                .map(library -> tooOld(library, versionOf(library), "it lacks " + e.getMessage(), e))
                .orElseThrow(() -> e);
    }

    /** Checks that classes are there, without loading any: a program that calls repositories alone needs no jOOQ. */
    static void require(List<Library> libraries, ClassLoader loader) {
        for (Library library : libraries) {
            if (loader.getResource(library.probe().replace('.', '/') + ".class") == null) {
                throw tooOld(library, versionOf(library), "it lacks " + library.probe(), null);
            }
        }
    }

    /** Whether SQLite can be loaded at all is for whoever opens the database to find out. */
    private static void requireSqlite() {
        try (Connection connection =
                SqliteConnections.toMemory(Duration.ofSeconds(1)).openProbe()) {
            requireSqlite(connection);
        } catch (SQLException e) {
            LOG.debug("what SQLite can do is not known", e);
        }
    }

    /** Checks what the engine does with the one function whose meaning has changed. */
    static void requireSqlite(Connection connection) {
        byte[] expected = {'a', (byte) 0xff, '1', (byte) 0xff, (byte) 0xfe, (byte) 0xff, '~'};
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT concat_ws(x'ff', 'a', 1, x'fe', '~')")) {
            rows.next();
            if (!Arrays.equals(expected, rows.getBytes(1))) {
                throw tooOld(SQLITE, versionOf(SQLITE), "its concat_ws joins values differently", null);
            }
        } catch (SQLException e) {
            throw tooOld(SQLITE, versionOf(SQLITE), e.getMessage(), e);
        }
    }

    private static UnavailableException tooOld(
            Library library, String version, @Nullable String reason, @Nullable Throwable cause) {
        return new UnavailableException(
                library.artifact() + " " + version + " on the class path is too old (" + reason + "); use "
                        + library.oldest()
                        + " or later. A build that takes its versions from Spring Boot sets the property "
                        + library.property(),
                cause);
    }

    /** The version by the jar's own account. */
    private static String versionOf(Library library) {
        String[] names = library.artifact().split(":", -1);
        String place = "META-INF/maven/" + names[0] + "/" + names[1] + "/pom.properties";
        try (InputStream stream = Libraries.class.getClassLoader().getResourceAsStream(place)) {
            Properties properties = new Properties();
            if (stream != null) {
                properties.load(stream);
            }
            return properties.getProperty("version", "of an unknown version");
        } catch (IOException e) {
            return "of an unknown version";
        }
    }
}
