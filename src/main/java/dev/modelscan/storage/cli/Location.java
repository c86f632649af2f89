package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that name a database and its user. The password is never an argument, because anybody on the
 * machine can read those in the list of processes.
 */
final class Location {

    /** How the URL of a server begins, to which user and password belong. */
    private static final String URL_PREFIX = "jdbc:postgresql:";

    /** What {@code --db} takes, in the help. */
    static final String LABEL = "<file or URL>";

    static final String URL = "jdbc:postgresql://host/database";

    @Option(
            names = "--db",
            paramLabel = LABEL,
            description = {
                "The database: a SQLite file, or a server:",
                URL,
                "Default: " + DatabaseCommand.DEFAULT_FILE + "; with --workspace " + DatabaseCommand.DEFAULT_DIRECTORY
            })
    @Nullable
    String database;

    @Option(
            names = "--user",
            paramLabel = "<role>",
            description =
                    "The role on the server. Default: the variable PGUSER, else the URL's, else the system's user.")
    @Nullable
    String user;

    @Option(
            names = "--password-file",
            paramLabel = "<file>",
            description = {
                "A file whose first line is the role's password.",
                "Default: the variable PGPASSWORD, else the driver's ~/.pgpass."
            })
    @Nullable
    Path passwordFile;

    @Option(
            names = "--password",
            interactive = true,
            prompt = "Password: ",
            description = "Ask for the role's password.")
    char @Nullable [] password;

    boolean isServer() {
        return database != null && isServer(database);
    }

    /** Whether a text begins as the URL of a server does. */
    static boolean isServer(String place) {
        return place.startsWith(URL_PREFIX);
    }

    /** The engine of the database, as the library names it. */
    String engine() {
        return isServer() ? "postgresql" : "sqlite";
    }

    /** A connection to the server, with the role and the password that the library would use. */
    Connection connect() throws SQLException {
        Properties properties = new Properties();
        Map<String, String> environment = System.getenv();
        String role = role(environment);
        if (role != null) {
            properties.setProperty("user", role);
        }
        String secret = password(environment);
        if (secret != null) {
            properties.setProperty("password", secret);
        }
        return DriverManager.getConnection(String.valueOf(database), properties);
    }

    private @Nullable String role(Map<String, String> environment) {
        return user == null ? environment.get("PGUSER") : user;
    }

    /** A builder for the database; for a path if none was given. */
    DatabaseBuilder builder(String defaultPath) {
        return builder(defaultPath, System.getenv());
    }

    DatabaseBuilder builder(String defaultPath, Map<String, String> environment) {
        return builderOf(database == null ? defaultPath : database, environment);
    }

    /** The database's file, for commands that need one. */
    Path file() {
        if (isServer()) {
            throw new IllegalArgumentException(
                    "--db " + shown(String.valueOf(database)) + " is a server; this command needs the file of a"
                            + " SQLite database. docs/operations.md says how to do the same on PostgreSQL");
        }
        return path(DatabaseCommand.DEFAULT_FILE);
    }

    /** The path of the database, or that one if none was given. */
    Path path(String defaultPath) {
        String place = database == null ? defaultPath : database;
        return place.startsWith("~/") ? Path.of(System.getProperty("user.home"), place.substring(2)) : Path.of(place);
    }

    /** A builder for a location from another option, with this user and password. */
    DatabaseBuilder builderOf(String place, Map<String, String> environment) {
        if (!isServer(place)) {
            if (user != null || password != null || passwordFile != null) {
                throw new IllegalArgumentException((user == null ? "--password" : "--user")
                        + " can only be used with the URL of a server; leave it out, or name a URL");
            }
            return Database.builder().path(place);
        }
        DatabaseBuilder builder = Database.builder().url(place);
        String role = role(environment);
        if (role != null) {
            builder.user(role);
        }
        String secret = password(environment);
        if (secret != null) {
            builder.password(secret);
        }
        return builder;
    }

    private @Nullable String password(Map<String, String> environment) {
        if (password != null) {
            return new String(password);
        }
        if (passwordFile == null) {
            return environment.get("PGPASSWORD");
        }
        try {
            String text = Files.readString(passwordFile);
            return text.lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the password cannot be read: " + (e instanceof FileSystemException ? "" : passwordFile + ": ")
                            + Messages.of(e),
                    e);
        }
    }

    /** The location as shown to the user, without the part of a URL that may hold a password. */
    static String shown(String place) {
        return isServer(place) ? place.replaceFirst("\\?.*", "").replaceFirst("//[^/]*@", "//") : place;
    }
}
