package dev.modelscan.storage.cli.archives;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_PENDING;
import static dev.modelscan.storage.schema.Tables.AUDIT_SETTINGS;

import dev.modelscan.storage.schema.DefaultSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jooq.Field;
import org.jooq.ForeignKey;
import org.jooq.Table;
import org.jooq.TableField;

/**
 * The tables of an archive, from the generated schema, so that a new table or column is never left out by mistake. A table comes after
 * those that it refers to. A reference to the table itself, or to one that comes later, is filled in at the end.
 */
final class ArchivedTables {

    /**
     * A table.
     *
     * @param fields its columns
     * @param late those of them that are filled in at the end; they may be null
     */
    record Archived(Table<?> table, List<Field<?>> fields, List<TableField<?, ?>> late) {

        List<? extends Field<?>> key() {
            return Objects.requireNonNull(table.getPrimaryKey(), "a primary key")
                    .getFields();
        }
    }

    /** The audit log is about one database, and its chain begins there. */
    private static final Set<Table<?>> LEFT_OUT = Set.of(AUDIT_SETTINGS, AUDIT_PENDING, AUDIT_ENTRIES);

    /** All tables, in the order in which they are stored. */
    static final List<Archived> ALL = ordered();

    private ArchivedTables() {}

    private static List<Archived> ordered() {
        List<Table<?>> left = new ArrayList<>(DefaultSchema.DEFAULT_SCHEMA.getTables());
        left.removeAll(LEFT_OUT);
        left.sort(Comparator.comparing(Table::getName));
        List<Archived> ordered = new ArrayList<>();
        Set<Table<?>> done = new HashSet<>();
        while (!left.isEmpty()) {
            // If every table waits for another, one that has to have a row there goes on waiting.
            Table<?> next = left.stream()
                    .filter(table -> isReady(table, done, false))
                    .findFirst()
                    .or(() -> left.stream()
                            .filter(table -> isReady(table, done, true))
                            .findFirst())
                    .orElseThrow(() -> new IllegalStateException("tables need rows of one another: " + left));
            ordered.add(new Archived(next, List.of(next.fields()), late(next, done)));
            left.remove(next);
            done.add(next);
        }
        return List.copyOf(ordered);
    }

    private static boolean isReady(Table<?> table, Set<Table<?>> done, boolean nullsMayWait) {
        return table.getReferences().stream()
                .allMatch(key -> done.contains(target(key))
                        || (isNullable(key) && (nullsMayWait || target(key).equals(table))));
    }

    private static List<TableField<?, ?>> late(Table<?> table, Set<Table<?>> done) {
        List<TableField<?, ?>> late = new ArrayList<>();
        for (ForeignKey<?, ?> key : table.getReferences()) {
            if (!done.contains(target(key))) {
                late.addAll(key.getFields());
            }
        }
        return late;
    }

    private static Table<?> target(ForeignKey<?, ?> key) {
        return key.getKey().getTable();
    }

    private static boolean isNullable(ForeignKey<?, ?> key) {
        return key.getFields().stream().allMatch(field -> field.getDataType().nullable());
    }
}
