package dev.modelscan.storage.internal.query;

import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;

import dev.modelscan.storage.internal.query.Changes.Recorded;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The columns whose values the audit log must not have. Each is given as {@code table.column}, or {@code
 * table.column.member} for a member of its JSON objects; the table {@code *} is any table. Columns whose name says that
 * they hold a secret are always among them.
 */
final class Redactions {

    private static final Pattern SECRET = Pattern.compile(
            "(?i)(.*_)?(password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?)(_.*)?");

    private record Rule(String text, String table, String column, String member) {

        boolean isOf(String name, Catalog.Column other) {
            return (table.equals("*") || table.equalsIgnoreCase(name)) && column.equalsIgnoreCase(other.name());
        }
    }

    private final List<Rule> rules = new ArrayList<>();

    Redactions(List<String> texts) {
        for (String text : texts) {
            String[] parts = text.split("\\.", 3);
            if (parts.length < 2 || parts[0].isBlank() || parts[1].isBlank() || text.contains("\"")) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is no column; write table.column, or table.column.member for a member of its"
                                + " JSON, with * for any table");
            }
            rules.add(new Rule(text, parts[0], parts[1], parts.length == 3 ? parts[2] : ""));
        }
    }

    /** Throws if a rule is about no column, since what it was meant to hide would be recorded. */
    void requireColumns(Collection<Catalog.Table> tables) {
        for (Rule rule : rules) {
            if (tables.stream()
                    .noneMatch(table -> table.columns().stream().anyMatch(column -> rule.isOf(table.name(), column)))) {
                throw new IllegalArgumentException("no table has what " + rule.text() + " names, so nothing would be"
                        + " redacted; correct it, or make the table first");
            }
        }
    }

    List<Recorded> of(Catalog.Table table) {
        return table.stored().stream().map(column -> of(table.name(), column)).toList();
    }

    private Recorded of(String table, Catalog.Column column) {
        List<Rule> own = rules.stream().filter(rule -> rule.isOf(table, column)).toList();
        boolean hidden = SECRET.matcher(column.name()).matches()
                || isContent(table, column)
                || own.stream().anyMatch(rule -> rule.member().isEmpty());
        return new Recorded(column, hidden, own.stream().map(Rule::member).toList());
    }

    /** A blob's id is the hash of its bytes, which would be twice as large in the log. */
    private static boolean isContent(String table, Catalog.Column column) {
        return table.equals(BLOB_CHUNKS.getName()) && column.name().equals(BLOB_CHUNKS.BYTES.getName());
    }
}
