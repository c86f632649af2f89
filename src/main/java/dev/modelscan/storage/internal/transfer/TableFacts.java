package dev.modelscan.storage.internal.transfer;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table of the application's, as a catalog describes it.
 *
 * @param name its name there
 * @param columns all, in their order
 * @param key the names of the primary key's columns, in its order; empty if there is none
 * @param references its foreign keys
 * @param triggers the triggers that run for a new row
 * @param typed whether each value is of its column's type
 */
record TableFacts(
        String name,
        List<Column> columns,
        List<String> key,
        Set<Reference> references,
        List<String> triggers,
        boolean typed) {

    /**
     * A column.
     *
     * @param type as it was declared
     * @param generated whether it is computed from others
     * @param sequence the sequence that makes its values; null if there is none
     */
    record Column(
            String name,
            String type,
            boolean generated,
            @Nullable String sequence) {}

    /**
     * A foreign key.
     *
     * @param columns their names, sorted
     * @param table the name of the table that it refers to
     */
    record Reference(List<String> columns, String table) {

        /** Names in lower case: SQLite ignores case. */
        static Reference of(List<String> columns, String table) {
            return new Reference(
                    columns.stream().map(TableFacts::lower).sorted().toList(), lower(table));
        }

        @Override
        public String toString() {
            return columns.stream().collect(Collectors.joining(", ", "(", ")")) + " to " + table;
        }
    }

    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
