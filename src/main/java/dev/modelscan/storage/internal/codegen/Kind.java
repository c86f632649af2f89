package dev.modelscan.storage.internal.codegen;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table and its record.
 *
 * @param table such as {@code task_comments}
 * @param home the package of the record
 * @param name such as {@code TaskComment}
 * @param components the record's
 */
record Kind(String table, String home, String name, List<Sources.Component> components) {

    private static final Pattern CAPITAL = Pattern.compile("(?=[A-Z])");

    /** The record's name for a table's. */
    static String typeOf(String table) {
        String singular = table.endsWith("s") ? table.substring(0, table.length() - 1) : table;
        return Stream.of(singular.split("_", -1))
                .map(word -> word.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** The component's name for a column's. */
    static String camel(String column) {
        String type = typeOf(column + "s");
        return type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
    }

    /** The column's name for a component's. */
    static String snake(String component) {
        return words(component, "_");
    }

    private static String words(String name, String between) {
        return String.join(between, CAPITAL.split(name)).toLowerCase(Locale.ROOT);
    }

    /** What messages call it, such as {@code task comment}. */
    String words() {
        return words(name, " ");
    }

    String type() {
        return home + "." + name;
    }

    String id() {
        return type() + "Id";
    }

    String key() {
        return table + ".id";
    }

    /** The class with its columns. */
    String columns() {
        return Sources.REPOSITORIES + "." + name + "Columns";
    }

    String constant() {
        return table.toUpperCase(Locale.ROOT);
    }

    /** Whether it ends as records do that {@code SqlRepository} stores: version, time of creation, time of change. */
    boolean isVersioned() {
        int size = components.size();
        return size > 3
                && components.get(size - 3).name().equals("version")
                && components.get(size - 2).name().endsWith("At")
                && components.get(size - 1).name().equals("updatedAt");
    }
}
