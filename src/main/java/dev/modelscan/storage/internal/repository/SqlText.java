package dev.modelscan.storage.internal.repository;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the first word of each statement in a text of SQL. It knows comments and quotes. It can be fooled;
 * then the check after the statement finds the problem. So this only makes mistakes fail early.
 */
final class SqlText {

    private static final Set<String> TRANSACTION_CONTROL =
            Set.of("BEGIN", "START", "COMMIT", "END", "ABORT", "ROLLBACK", "SAVEPOINT", "RELEASE");

    private static final Set<String> QUERIES = Set.of("SELECT", "VALUES", "WITH");

    private static final Pattern SETTING = Pattern.compile(
            "\\s*(set|reset|discard|begin|start|commit|end|rollback|abort)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern SET_CONFIG = Pattern.compile("\\bset_config\\s*\\(", Pattern.CASE_INSENSITIVE);

    private static final Pattern HAS_BODY =
            Pattern.compile("\\b(trigger|function|procedure)\\b", Pattern.CASE_INSENSITIVE);

    private final String sql;
    private int at;

    private SqlText(String sql) {
        this.sql = sql;
    }

    /** Whether a statement begins or ends a transaction, or a savepoint. */
    static boolean controlsTransaction(String sql) {
        for (String words : statements(sql)) {
            if (words.equals("CREATE")) {
                // Its body has its own semicolons and ENDs.
                return false;
            }
            if (TRANSACTION_CONTROL.contains(words) || words.equals("PREPARE TRANSACTION")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Rejects a text without a statement, and one of several: SQLite's driver prepares the first and silently ignores the
     * rest, PostgreSQL's runs all.
     */
    static void requireOneStatement(String sql) {
        SqlText text = new SqlText(sql);
        text.skipBlanks();
        if (text.at == sql.length()) {
            throw new IllegalArgumentException("this SQL has no statement");
        }
        int end = sql.indexOf(';');
        if (end < 0 || end == sql.length() - 1) {
            return;
        }
        if (text.isWord("CREATE") && HAS_BODY.matcher(sql).find()) {
            // Its body has its own semicolons.
            return;
        }
        text.skipStatement();
        text.skipBlanks();
        if (text.at < sql.length()) {
            throw new IllegalArgumentException("this SQL has more than one statement, and not every engine"
                    + " would run the others; run them one at a time: " + sql);
        }
    }

    /** Whether a statement is a PRAGMA. */
    static boolean hasPragma(String sql) {
        return statements(sql).contains("PRAGMA");
    }

    /** Whether every statement is a query, which leaves nothing on a connection that cannot write. */
    static boolean onlySelects(String sql) {
        return QUERIES.containsAll(statements(sql));
    }

    /** Whether the first statement is a setting, or any calls the function that sets one. */
    static boolean setsSomething(String sql) {
        return SETTING.matcher(sql).lookingAt()
                || (mentions(sql, "set_config") && SET_CONFIG.matcher(sql).find());
    }

    /**
     * Whether a text contains a word, in upper or lower case. The word has an underscore, which is quick to
     * find.
     */
    private static boolean mentions(String sql, String word) {
        int before = word.indexOf('_');
        for (int at = sql.indexOf('_'); at >= 0; at = sql.indexOf('_', at + 1)) {
            if (sql.regionMatches(true, at - before, word, 0, word.length())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Rejects a stored query whose text would leave something on a connection, which nobody would undo. This
     * protects against mistakes only.
     */
    static void requireLeavesNothing(String sql) {
        if (setsSomething(sql) || controlsTransaction(sql) || hasPragma(sql) || mentions(sql, "advisory_lock")) {
            throw new IllegalArgumentException("a stored query neither sets anything nor takes a lock of the session;"
                    + " use db.dsl() or tx.dsl(): " + sql);
        }
        requireOneStatement(sql);
    }

    /** The first word of each statement, in upper case; for PREPARE also the second. */
    private static List<String> statements(String sql) {
        SqlText text = new SqlText(sql);
        List<String> words = new ArrayList<>(2);
        while (true) {
            text.skipBlanks();
            if (text.at >= sql.length()) {
                return words;
            }
            String word = text.word();
            if (word.equals("PREPARE")) {
                text.skipBlanks();
                word = (word + " " + text.word()).strip();
            }
            if (!word.isEmpty()) {
                words.add(word);
            }
            text.skipStatement();
        }
    }

    private boolean isWord(String word) {
        return sql.regionMatches(true, at, word, 0, word.length());
    }

    private boolean isAt(String what) {
        return sql.startsWith(what, at);
    }

    /** Skips whitespace, comments, and characters that may precede a statement. */
    private void skipBlanks() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c) || c == ';' || c == '(' || c == '\uFEFF') {
                at++;
            } else if (!skipComment()) {
                return;
            }
        }
    }

    private boolean skipComment() {
        if (isAt("--")) {
            skipTo("\n");
            return true;
        }
        if (isAt("/*")) {
            at += 2;
            skipTo("*/");
            return true;
        }
        return false;
    }

    private void skipTo(String end) {
        int found = sql.indexOf(end, at);
        at = found < 0 ? sql.length() : found + end.length();
    }

    private String word() {
        int start = at;
        while (at < sql.length() && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '_')) {
            at++;
        }
        return sql.substring(start, at).toUpperCase(Locale.ROOT);
    }

    private void skipStatement() {
        // Nearly every text is one statement.
        if (sql.indexOf(';', at) < 0) {
            at = sql.length();
            return;
        }
        while (at < sql.length() && sql.charAt(at) != ';') {
            char c = sql.charAt(at);
            if (c == '\'' || c == '"' || c == '`') {
                boolean escapes = c == '\'' && at > 0 && Character.toUpperCase(sql.charAt(at - 1)) == 'E';
                at++;
                skipQuoted(c, escapes);
            } else if (c == '$') {
                skipDollarQuoted();
            } else if (c == '[') {
                skipBrackets();
            } else if (!skipComment()) {
                at++;
            }
        }
    }

    private void skipQuoted(char quote, boolean escapes) {
        while (at < sql.length() && sql.charAt(at) != quote) {
            at += escapes && sql.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    /** SQLite takes them for quotes of a name; elsewhere they hold an index, or values that may be quoted. */
    private void skipBrackets() {
        int end = sql.indexOf(']', ++at);
        int quote = sql.indexOf('\'', at);
        if (end >= 0 && (quote < 0 || end < quote)) {
            at = end + 1;
        }
    }

    private void skipDollarQuoted() {
        int start = at++;
        word();
        if (at < sql.length() && sql.charAt(at) == '$') {
            String tag = sql.substring(start, ++at);
            skipTo(tag);
        }
    }
}
