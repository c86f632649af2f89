package dev.modelscan.storage.internal.engines;

import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.values.TextRules;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How callers write where a database is: a path, or the URL of a server. Messages show no URL, since it may
 * hold a password.
 */
public final class Locations {

    private static final Pattern JDBC =
            Pattern.compile("\\s*jdbc:([^:/]*).*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** One letter is a Windows drive. {@link Path} turns two slashes into one. */
    private static final Pattern URL = Pattern.compile("\\s*([A-Za-z][A-Za-z0-9+.-]+):/.*", Pattern.DOTALL);

    private static final Pattern BEFORE_HOST = Pattern.compile("[^/?]*//[^/?]*@");

    private Locations() {}

    /** Whether a text is the URL of a server. */
    public static boolean isUrl(String location) {
        return engineOf(location) != null;
    }

    private static @Nullable Engine engineOf(String url) {
        return Engines.ALL.stream()
                .filter(engine -> engine.isUrl(url))
                .findFirst()
                .orElse(null);
    }

    /** A URL that some engine's driver can read. */
    public static String requireUrl(String option, String url) {
        Engine engine = engineOf(Objects.requireNonNull(url, option));
        if (engine == null) {
            throw rejected(option, urlProblem(url));
        }
        // The driver would take all of it for the host, and log it.
        if (BEFORE_HOST.matcher(url).lookingAt()) {
            throw rejected(
                    option,
                    "has a user or a password before the host, which the driver does not read; leave out what is before"
                            + " the @, and give the user and the password by options of their own");
        }
        if (!engine.canRead(url)) {
            throw rejected(option, "cannot be read by the driver; check its port and the signs after %");
        }
        return url;
    }

    /** A path that is no URL, which would create directories and files of strange names. */
    public static Path requirePath(Path path) {
        requireNoUrl(Objects.requireNonNull(path, "path").toString());
        return path;
    }

    /** The path that a text names; a leading {@code ~} is the home directory. */
    public static Path toPath(String path) {
        if (Objects.requireNonNull(path, "path").isBlank()) {
            throw rejected("path", "is blank; name a file");
        }
        requireNoUrl(path);
        try {
            return fromHome(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("path is not a path: " + e.getReason(), e);
        }
    }

    /** A name that a workspace may have. */
    public static String requireWorkspace(String name) {
        String problem = TextRules.workspaceProblem(name);
        if (problem != null) {
            throw new IllegalArgumentException("workspace " + name + ": its name " + problem);
        }
        return name;
    }

    private static void requireNoUrl(String path) {
        if (isUrl(path)) {
            throw rejected("path", "is the URL of a server; pass it to url(...) or Database.open(String)");
        }
        if (scheme(path) != null) {
            throw rejected("path", urlProblem(path));
        }
    }

    private static IllegalArgumentException rejected(String option, String problem) {
        return new IllegalArgumentException(option + " " + problem);
    }

    /** What is wrong with a text that is no engine's URL, so that it reads on after the option's name. */
    private static String urlProblem(String text) {
        String scheme = scheme(text);
        String instead = "; write " + listed(Engines.ALL, Engine::example, ", or ");
        if (scheme == null) {
            return "is not the URL of a server" + instead;
        }
        return Engines.ALL.stream()
                .map(engine -> engine.respelled(scheme))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> "is a URL of " + scheme + ", which is neither "
                        + listed(Engines.ALL, Engine::name, " nor ") + instead);
    }

    private static String listed(List<Engine> engines, Function<Engine, String> text, String separator) {
        return engines.stream().map(text).collect(Collectors.joining(separator));
    }

    private static @Nullable String scheme(String text) {
        Matcher jdbc = JDBC.matcher(text);
        if (jdbc.matches()) {
            return "jdbc:" + jdbc.group(1).toLowerCase(Locale.ROOT);
        }
        Matcher url = URL.matcher(text);
        return url.matches() ? url.group(1).toLowerCase(Locale.ROOT) : null;
    }

    private static Path fromHome(String text) {
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
