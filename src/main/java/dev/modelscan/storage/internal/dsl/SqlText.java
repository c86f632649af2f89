package dev.modelscan.storage.internal.dsl;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the first word of each statement in a text of SQL. It knows comments and quotes. It can be fooled;
 * then the check after the statement finds the problem. So this only makes mistakes fail early.
 */
public final class SqlText {

    private static final Set<String> TRANSACTION_CONTROL =
            Set.of("BEGIN", "START", "COMMIT", "END", "ABORT", "ROLLBACK", "SAVEPOINT", "RELEASE");

    private static final Set<String> QUERIES = Set.of("SELECT", "VALUES", "WITH");

    private static final Pattern SETTING = Pattern.compile(
            "\\s*(set|reset|discard|begin|start|commit|end|rollback|abort)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern SET_CONFIG = Pattern.compile("\\bset_config\\s*\\(", Pattern.CASE_INSENSITIVE);

    private static final String BLANK = "(?:\\s++|/\\*.*?\\*/|--[^\\n]*+\\n)++";

    /** The begin of a statement that may have a body, which has semicolons of its own. */
    private static final Pattern HAS_BODY = Pattern.compile(
            "create" + BLANK + "(or" + BLANK + "replace" + BLANK + ")?(temp(orary)?" + BLANK + ")?(constraint" + BLANK
                    + ")?(trigger|function|procedure)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final String sql;
    private int at;

    private SqlText(String sql) {
        this.sql = sql;
    }

    /** Whether a statement begins or ends a transaction, or a savepoint. */
    public static boolean controlsTransaction(String sql) {
        for (String words : statements(sql)) {
            if (TRANSACTION_CONTROL.contains(words) || words.equals("PREPARE TRANSACTION")) {
                return true;
            }
        }
        return false;
    }

    /** Rejects a statement that stays in the session under a name, for whoever gets the session next. */
    public static void requirePreparesNothing(String sql) {
        if (statements(sql).stream().anyMatch(words -> words.startsWith("PREPARE"))) {
            throw new IllegalStateException(
                    "what PREPARE makes stays in the session for whoever gets it next; give the query"
                            + " itself to dsl(), which prepares it: " + sql);
        }
    }

    /**
     * Rejects a text without a statement, and one of several: SQLite's driver prepares the first and silently ignores the
     * rest, PostgreSQL's runs all.
     */
    public static void requireOneStatement(String sql) {
        SqlText text = new SqlText(sql);
        text.skipBlanks();
        if (text.at == sql.length()) {
            throw new IllegalArgumentException("this SQL has no statement");
        }
        int end = sql.indexOf(';');
        if (end < 0 || end == sql.length() - 1) {
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
    public static boolean hasPragma(String sql) {
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
    public static void requireLeavesNothing(String sql) {
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
            int start = text.at;
            String word = text.word();
            if (word.equals("PREPARE")) {
                text.skipBlanks();
                word = (word + " " + text.word()).strip();
            }
            if (!word.isEmpty()) {
                words.add(word);
            }
            text.at = start;
            text.skipStatement();
        }
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
            skipBlockComment();
            return true;
        }
        return false;
    }

    /** PostgreSQL's comments nest, and SQLite's do not. So one that would not end if it were nested ends at its first end. */
    private void skipBlockComment() {
        int depth = 0;
        for (int i = at; i < sql.length() - 1; i++) {
            if (sql.startsWith("/*", i)) {
                depth++;
                i++;
            } else if (sql.startsWith("*/", i)) {
                depth--;
                i++;
            }
            if (depth == 0) {
                at = i + 1;
                return;
            }
        }
        at += 2;
        skipTo("*/");
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
        boolean hasBody = HAS_BODY.matcher(sql).region(at, sql.length()).lookingAt();
        // Of parentheses, since a rule has its statements in them, and of blocks of a body.
        int depth = 0;
        while (at < sql.length() && (sql.charAt(at) != ';' || depth > 0)) {
            char c = sql.charAt(at);
            if (hasBody && Character.isLetter(c)) {
                depth += blocksOfWord(depth);
            } else if (!skipQuotes(c) && !skipComment()) {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                at++;
            }
        }
    }

    /** How many blocks of a body its next word begins; -1 if it ends one. */
    private int blocksOfWord(int depth) {
        boolean isColumn = at > 0 && sql.charAt(at - 1) == '.';
        String word = word();
        if (isColumn) {
            return 0;
        }
        if (word.equals("BEGIN") || word.equals("CASE")) {
            return 1;
        }
        if (!word.equals("END") || depth == 0) {
            return 0;
        }
        // SQLite takes it for the name of a column, too.
        int after = at;
        while (after < sql.length() && Character.isWhitespace(sql.charAt(after))) {
            after++;
        }
        boolean isName = depth == 1 && after < sql.length() && "=,".indexOf(sql.charAt(after)) >= 0;
        return isName ? 0 : -1;
    }

    /** Skips what is in quotes, if this begins it. */
    private boolean skipQuotes(char c) {
        switch (c) {
            case '\'', '"', '`' -> {
                boolean escapes = c == '\'' && isEscapes();
                at++;
                skipQuoted(c, escapes);
            }
            case '$' -> skipDollarQuoted();
            case '[' -> skipBrackets();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Whether an E stands before the quote, which is no end of a longer word, such as ESCAPE. */
    private boolean isEscapes() {
        return at > 0
                && Character.toUpperCase(sql.charAt(at - 1)) == 'E'
                && (at == 1 || !Character.isJavaIdentifierPart(sql.charAt(at - 2)));
    }

    /** A quote that is doubled does not end it. */
    private void skipQuoted(char quote, boolean escapes) {
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == quote) {
                if (at == sql.length() || sql.charAt(at) != quote) {
                    return;
                }
                at++;
            } else if (c == '\\' && escapes) {
                at++;
            }
        }
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
