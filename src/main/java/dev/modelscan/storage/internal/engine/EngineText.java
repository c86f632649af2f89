package dev.modelscan.storage.internal.engine;

import java.sql.BatchUpdateException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An engine's own words, fit to be quoted in a message. Drivers put codes, severities, positions and names of classes around them,
 * which say nothing to a user.
 */
public final class EngineText {

    /** {@code [SQLITE_BUSY] The database file is locked (database is locked)}: SQLite's own words are in the parentheses. */
    private static final Pattern SQLITE =
            Pattern.compile("(?:batch entry \\d+: )?\\[[A-Z_]+] .*? \\((.*)\\)", Pattern.DOTALL);

    private static final Pattern SQLITE_BARE =
            Pattern.compile("(?:batch entry \\d+: )?\\[[A-Z_]+] (.*)", Pattern.DOTALL);

    /** {@code ERROR: relation "x" does not exist}, in the server's language. */
    private static final Pattern SEVERITY = Pattern.compile("^\\p{Lu}{3,}: ");

    /** {@code org.example.SomeException: }, and the same name without what follows. */
    private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z][a-z0-9_]*\\.){2,}[A-Z][\\w$]*(?::\\s*)?");

    private EngineText() {}

    /** What the engine or the system said; the kind of exception if it said nothing. */
    public static String of(Throwable t) {
        if (t instanceof BatchUpdateException batch && batch.getNextException() != null) {
            return of(batch.getNextException());
        }
        String message = t.getMessage();
        if (message == null || message.isBlank()) {
            return "no reason was given";
        }
        Matcher sqlite = SQLITE.matcher(message);
        if (sqlite.matches()) {
            return sqlite.group(1);
        }
        Matcher bare = SQLITE_BARE.matcher(message);
        String text = bare.matches() ? bare.group(1) : message;
        // What PostgreSQL's driver adds to the server's own message is indented: Detail, Hint, Position, Where.
        int added = text.indexOf("\n  ");
        text = added < 0 ? text : text.substring(0, added);
        text = SEVERITY.matcher(text).replaceFirst("");
        return CLASS.matcher(text).replaceAll("").strip();
    }
}
