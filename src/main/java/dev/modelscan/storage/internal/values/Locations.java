package dev.modelscan.storage.internal.values;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a database's location is written: a path, or the URL of a PostgreSQL server. */
public final class Locations {

    /** The prefix of a server's URL, in the driver's exact spelling. */
    public static final String URL_PREFIX = "jdbc:postgresql:";

    private static final Pattern JDBC =
            Pattern.compile("\\s*jdbc:([^:/]*).*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** One letter is a Windows drive. {@link Path} turns two slashes into one. */
    private static final Pattern URL = Pattern.compile("\\s*([A-Za-z][A-Za-z0-9+.-]+):/.*", Pattern.DOTALL);

    private Locations() {}

    public static boolean isUrl(String location) {
        return location.startsWith(URL_PREFIX);
    }

    /**
     * What is wrong with a path, worded to follow its name; null if nothing is. A URL used as a path would
     * create strangely named directories and files. Only the start of a URL is shown, since it may hold a
     * password.
     */
    public static @Nullable String pathProblem(String path) {
        String scheme = scheme(path);
        if (scheme == null) {
            return null;
        }
        return switch (scheme) {
            case "jdbc:sqlite" -> "is a URL; write only the path of the file, without jdbc:sqlite:";
            case "file" -> "is a URL; write only the path of the file, without file:";
            default -> urlProblem(path);
        };
    }

    /** What is wrong with a server's URL; null if its prefix is right. */
    public static @Nullable String urlProblem(String url) {
        if (isUrl(url)) {
            return "is the URL of a server; pass it to url(...) or Database.open(String)";
        }
        String scheme = scheme(url);
        String instead =
                "; write " + URL_PREFIX + "//host/database for a PostgreSQL server, or the path of a SQLite file";
        if (scheme == null) {
            return "does not begin with " + URL_PREFIX;
        }
        return switch (scheme) {
            case "postgres", "postgresql" ->
                "begins with " + scheme + ":; write it as " + URL_PREFIX
                        + "//host/database, with user and password as parameters or options of their own";
            case "jdbc:postgresql" -> "has to begin with " + URL_PREFIX + ", in small letters and without spaces";
            default -> "is a URL of " + scheme + ", which is neither SQLite nor PostgreSQL" + instead;
        };
    }

    private static @Nullable String scheme(String text) {
        Matcher jdbc = JDBC.matcher(text);
        if (jdbc.matches()) {
            return "jdbc:" + jdbc.group(1).toLowerCase(Locale.ROOT);
        }
        Matcher url = URL.matcher(text);
        return url.matches() ? url.group(1).toLowerCase(Locale.ROOT) : null;
    }

    /**
     * The path that a text names; a leading {@code ~} is the home directory.
     *
     * @throws InvalidPathException if it is not a path; the reason is worded to follow its name
     */
    public static Path path(String text) {
        boolean fromHome = text.equals("~") || text.startsWith("~/");
        if (!fromHome) {
            return Path.of(text);
        }
        String home = System.getProperty("user.home");
        // The home directory is "?" for a user without an entry in the system's list, as in a container that
        // runs with a numeric user id.
        if (home == null || home.isBlank() || !Path.of(home).isAbsolute()) {
            throw new InvalidPathException(
                    text,
                    "begins with ~, and this process has no home directory (user.home is " + home
                            + "); name the file by an absolute path, or set -Duser.home=<directory>");
        }
        return Path.of(home, text.substring(1));
    }
}
