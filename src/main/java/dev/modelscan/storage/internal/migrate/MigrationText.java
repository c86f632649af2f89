package dev.modelscan.storage.internal.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of the application's as it runs: all migrations of an opening are one transaction, so a BEGIN and a COMMIT around the file are
 * left out. The number of its lines stays the same.
 *
 * @param sql what runs
 * @param problem why it cannot run, with the line; null if nothing is known
 */
record MigrationText(String sql, @Nullable String problem) {

    private static final Pattern BEGIN =
            words("(?:BEGIN|START\\s+TRANSACTION)(?:\\s+(?:WORK|TRANSACTION|DEFERRED|IMMEDIATE|EXCLUSIVE))*");

    private static final Pattern COMMIT = words("(?:COMMIT|END)(?:\\s+(?:WORK|TRANSACTION))?");

    /** What would store a part of the migrations, or roll back those before it. */
    private static final Pattern TRANSACTION = words("(?:BEGIN|START|COMMIT|END|ABORT|PREPARE\\s+TRANSACTION"
            + "|ROLLBACK(?!\\s+(?:(?:WORK|TRANSACTION)\\s+)?TO\\b))\\b");

    /** Such a statement, alone, for those who have no file. */
    private static final Pattern ALONE = words("(?:\\s|--[^\\n]*\\n|/\\*.*?\\*/)*+" + TRANSACTION.pattern());

    /** A statement with statements in it, behind which END follows. A column or a parameter may be called begin. */
    private static final Pattern BODY =
            words("CREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:TEMP(?:ORARY)?\\s+)?(?:TRIGGER|FUNCTION|PROCEDURE)\\b.*"
                    + "(?<![.(,]\\s{0,99})\\bBEGIN\\s+(?:ATOMIC\\b(?!\\s+END\\s*$)"
                    + "|(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES)\\b)");

    /** A statement of PostgreSQL whose rows follow its semicolon, up to a line of their own. */
    private static final Pattern COPY = words("\\s*COPY\\b.*\\bFROM\\s+STDIN\\b.*");

    private static final String END_OF_ROWS = "\n\\.";

    /** Where a comment or a quoted text begins, or a statement ends. */
    private static final Pattern OPENING =
            Pattern.compile("--[^\\n]*+|/\\*|(?<![\\w$])[eE]'|'|\"|(?<![\\w$])\\$(?:[A-Za-z_]\\w*+)?\\$|;");

    private static final Pattern COMMENT = Pattern.compile("/\\*|\\*/");

    private static final Pattern ESCAPED = Pattern.compile("\\\\.|'", Pattern.DOTALL);

    /** A statement between two semicolons, without those inside of another. */
    private record Part(int from, int to, String words) {}

    private static Pattern words(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /**
     * Reads a file.
     *
     * @param nested whether the engine's comments may have comments in them, as PostgreSQL's
     */
    static MigrationText of(String file, boolean nested) {
        StringBuilder sql = new StringBuilder(file);
        StringBuilder bare = new StringBuilder(file);
        Matcher opening = OPENING.matcher(file);
        int statement = 0;
        for (int at = 0; opening.find(at); ) {
            if (opening.group().equals(";")) {
                at = opening.end();
                if (nested
                        && COPY.matcher(bare.substring(statement, opening.start()))
                                .matches()) {
                    at = endOfRows(file, at);
                    blank(bare, opening.end(), at);
                }
                statement = at;
                continue;
            }
            boolean comment = opening.group().equals("/*");
            if (comment && !nested) {
                disarm(sql, opening.end());
            }
            at = end(sql, opening);
            if (comment && at < 0) {
                return new MigrationText(
                        file,
                        at(file, opening.start()) + "the comment that begins there does not end; write */"
                                + (nested ? ", once more for each /* that is in it" : ""));
            }
            at = at < 0 ? file.length() : at;
            blank(bare, opening.start(), at);
        }
        List<Part> parts = parts(bare);
        int last = parts.size() - 1;
        boolean wrapped = last > 0
                && BEGIN.matcher(parts.get(0).words()).matches()
                && COMMIT.matcher(parts.get(last).words()).matches();
        Optional<Part> refused = parts.subList(wrapped ? 1 : 0, wrapped ? last : last + 1).stream()
                .filter(part -> TRANSACTION.matcher(part.words()).lookingAt())
                .findFirst();
        if (wrapped) {
            List.of(parts.get(last), parts.get(0)).forEach(part -> remove(sql, part));
        }
        return new MigrationText(
                sql.toString(),
                refused.map(part -> at(file, part.from())
                                + part.words().lines().findFirst().orElse("")
                                + " cannot run: all migrations are one transaction, which the library begins and ends. Remove"
                                + " the statement. BEGIN may stay as the first of a file, if COMMIT is the last")
                        .orElse(null));
    }

    /** Whether a statement would end the transaction of all migrations, or begin another. */
    static boolean isTransaction(String statement) {
        return ALONE.matcher(statement).lookingAt();
    }

    private static String at(String file, int position) {
        return "line "
                + (1
                        + file.substring(0, position)
                                .chars()
                                .filter(c -> c == '\n')
                                .count()) + ": ";
    }

    /** Flyway takes a comment in a comment for one, and would leave out the statements that follow. */
    private static void disarm(StringBuilder sql, int from) {
        int end = sql.indexOf("*/", from);
        for (int at = sql.indexOf("/*", from); at >= 0 && at < end; at = sql.indexOf("/*", at)) {
            sql.setCharAt(at, ' ');
        }
    }

    /** Where what was opened ends; -1 if it does not. */
    private static int end(StringBuilder sql, Matcher opening) {
        String open = opening.group();
        int from = opening.end();
        if (open.startsWith("--")) {
            return from;
        }
        if (open.equals("/*")) {
            return endOfComment(sql, from);
        }
        if (open.endsWith("'") && open.length() > 1) {
            Matcher matcher = ESCAPED.matcher(sql);
            while (matcher.find(from)) {
                from = matcher.end();
                if (matcher.group().equals("'")) {
                    return from;
                }
            }
            return -1;
        }
        int end = sql.indexOf(open, from);
        return end < 0 ? -1 : end + open.length();
    }

    private static int endOfRows(String file, int from) {
        int end = file.indexOf(END_OF_ROWS, from);
        return end < 0 ? file.length() : end + END_OF_ROWS.length();
    }

    private static int endOfComment(StringBuilder sql, int from) {
        Matcher matcher = COMMENT.matcher(sql);
        int depth = 1;
        int at = from;
        while (depth > 0 && matcher.find(at)) {
            depth += matcher.group().equals("/*") ? 1 : -1;
            at = matcher.end();
        }
        return depth > 0 ? -1 : at;
    }

    private static void blank(StringBuilder text, int from, int to) {
        for (int i = from; i < to; i++) {
            text.setCharAt(i, ' ');
        }
    }

    private static List<Part> parts(StringBuilder bare) {
        List<Part> parts = new ArrayList<>();
        boolean inside = false;
        for (int from = 0, to; from < bare.length(); from = to + 1) {
            int semicolon = bare.indexOf(";", from);
            to = semicolon < 0 ? bare.length() : semicolon;
            String words = bare.substring(from, to).strip();
            if (inside) {
                inside = !words.equalsIgnoreCase("END");
            } else if (!words.isEmpty()) {
                parts.add(new Part(bare.indexOf(words, from), to, words));
                inside = BODY.matcher(words).lookingAt();
            }
        }
        return parts;
    }

    private static void remove(StringBuilder sql, Part part) {
        int to = Math.min(part.to() + 1, sql.length());
        sql.replace(part.from(), to, sql.substring(part.from(), to).replaceAll("[^\\n]", ""));
    }
}
