package dev.modelscan.storage.cli;

import dev.modelscan.storage.errors.StorageException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where in a user's SQL the engine found a mistake. */
final class SqlPlace {

    /** PostgreSQL counts characters from 1. */
    private static final Pattern POSITION = Pattern.compile("\\n\\s+\\p{L}+: (\\d+)\\s*$");

    /** SQLite names what it stopped at. */
    private static final Pattern NAMED = Pattern.compile("near \"(.+?)\"|no such \\w+(?: \\w+)?: ([\\w.]+)");

    private SqlPlace() {}

    /** The same exception, whose message says the line and the column if they are known. */
    static StorageException named(StorageException e, String sql) {
        int at = find(e, sql);
        if (at < 0) {
            return e;
        }
        String before = sql.substring(0, at);
        long line = before.chars().filter(c -> c == '\n').count() + 1;
        int column = at - before.lastIndexOf('\n');
        return new StorageException(e.getMessage() + ", at line " + line + ", column " + column, e.entity(), e.id(), e);
    }

    private static int find(StorageException e, String sql) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            Matcher position = POSITION.matcher(message);
            if (position.find()) {
                int at = Integer.parseInt(position.group(1)) - 1;
                return at >= 0 && at <= sql.length() ? at : -1;
            }
            Matcher named = NAMED.matcher(message);
            if (named.find()) {
                return sql.indexOf(named.group(1) == null ? named.group(2) : named.group(1));
            }
        }
        return -1;
    }
}
