package dev.modelscan.storage.internal.query;

import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static java.util.Objects.requireNonNull;

import dev.modelscan.storage.internal.query.Changes.Recorded;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jooq.TableField;

/**
 * The columns whose values the audit log must not have. Each is given as {@code table.column}, or {@code
 * table.column.member} for a member of its JSON objects; the table {@code *} is any table. Columns whose name says that
 * they hold a secret are always among them.
 */
final class Redactions {

    private static final Pattern SECRET = Pattern.compile(
            "(?i)(.*_)?(passwords?|passwd|passphrases?|secrets?|token|api_?keys?|private_?keys?|credentials?)(_.*)?");
    private static final Pattern CAMEL_CASE = Pattern.compile("([a-z0-9])([A-Z])");

    private record Rule(String text, String table, String column, String member) {

        boolean isOf(String name, Catalog.Column other) {
            return (table.equals("*") || table.equalsIgnoreCase(name)) && column.equalsIgnoreCase(other.name());
        }
    }

    private final List<Rule> rules = new ArrayList<>();

    Redactions(List<String> texts) {
        for (String text : texts) {
            String[] parts = text.split("\\.", 3);
            if (parts.length < 2
                    || parts[0].isBlank()
                    || parts[1].isBlank()
                    || (parts.length == 3 && parts[2].contains("."))
                    || text.contains("\"")) {
                throw new IllegalArgumentException("\"" + text
                        + "\" is not a column; write table.column, or table.column.member for a member of its"
                        + " JSON object, not of one in it; with * for any table");
            }
            rules.add(new Rule(text, parts[0], parts[1], parts.length == 3 ? parts[2] : ""));
        }
    }

    /** The rules that are about no column, so that what they were meant to hide is recorded. */
    List<String> idle(Collection<Catalog.Table> tables) {
        return rules.stream()
                .filter(rule -> tables.stream().noneMatch(table -> table.columns().stream()
                        .anyMatch(column -> rule.isOf(table.name(), column))))
                .map(Rule::text)
                .toList();
    }

    List<Recorded> of(Catalog.Table table) {
        return table.stored().stream().map(column -> of(table.name(), column)).toList();
    }

    private Recorded of(String table, Catalog.Column column) {
        List<Rule> own = rules.stream().filter(rule -> rule.isOf(table, column)).toList();
        boolean hidden = SECRET.matcher(CAMEL_CASE.matcher(column.name()).replaceAll("$1_$2"))
                        .matches()
                || isContent(table, column)
                || own.stream().anyMatch(rule -> rule.member().isEmpty());
        return new Recorded(column, hidden, own.stream().map(Rule::member).toList());
    }

    /**
     * A blob's id is the hash of its bytes, which would be twice as large in the log. The document of a deleted row has
     * columns that are hidden in its own table, and the entry of its deletion has the others.
     */
    private static boolean isContent(String table, Catalog.Column column) {
        return isOf(BLOB_CHUNKS.BYTES, table, column) || isOf(DELETED_ROWS.DOCUMENT, table, column);
    }

    private static boolean isOf(TableField<?, ?> field, String table, Catalog.Column column) {
        return table.equals(requireNonNull(field.getTable()).getName())
                && column.name().equals(field.getName());
    }
}
