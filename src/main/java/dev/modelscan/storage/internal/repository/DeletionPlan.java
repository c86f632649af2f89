package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.query.Catalog.OnDelete;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which rows go with a record, told by the foreign keys of the database: the rows of which tables are deleted, in the
 * order in which they can be put back, and which lose a reference.
 */
final class DeletionPlan {

    /**
     * Rows of a table.
     *
     * @param condition SQL that is true for them, with the id of the record as the value of each parameter
     */
    record Rows(String table, String condition, int parameters) {

        List<String> values(String id) {
            return Collections.nCopies(parameters, id);
        }
    }

    /** Rows that lose a reference. */
    record Emptied(Reference reference, Rows rows) {}

    private final Session session;
    private final List<Reference> references;
    private final Map<String, Rows> deleted = new LinkedHashMap<>();
    private final List<Emptied> emptied = new ArrayList<>();

    private DeletionPlan(Session session, List<Reference> references) {
        this.session = session;
        this.references = references;
    }

    /**
     * The plan for a record.
     *
     * @param key the column of its id
     * @throws UnkeptException if rows would be deleted or changed that cannot be kept
     */
    static DeletionPlan of(Session session, List<Reference> references, String table, String key) {
        DeletionPlan plan = new DeletionPlan(session, references);
        plan.addDeleted(table, key);
        references.stream()
                .filter(reference -> plan.deleted.containsKey(reference.target()))
                .forEach(plan::addEmptied);
        return plan;
    }

    /** Rows that would be lost; the message says which. */
    static final class UnkeptException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnkeptException(String message) {
            super(message);
        }
    }

    /**
     * A table comes when all that delete its rows are there, and all to which its rows have to refer; if possible also all
     * to which they may refer.
     */
    private void addDeleted(String root, String key) {
        Set<String> all = reached(root);
        deleted.put(root, new Rows(root, PlainSql.quoted(key) + " = ?", 1));
        all.remove(root);
        while (!all.isEmpty()) {
            String next = next(all, reference -> true)
                    .or(() -> next(all, DeletionPlan::isHeld))
                    .orElseThrow(() -> new UnkeptException(
                            "the tables " + String.join(", ", all) + " delete one another's rows with it"));
            all.remove(next);
            deleted.put(next, rows(next, this::isCascade));
        }
    }

    /** A table that has no such reference to another one of them. */
    private Optional<String> next(Set<String> all, Predicate<Reference> such) {
        return all.stream()
                .filter(table -> references.stream()
                        .filter(reference -> reference.table().equals(table) && such.test(reference))
                        .noneMatch(reference -> !reference.target().equals(table) && all.contains(reference.target())))
                .findFirst();
    }

    /** Whether a row cannot be without the one that it refers to. */
    private static boolean isHeld(Reference reference) {
        return reference.onDelete() == OnDelete.CASCADE || reference.onDelete() == OnDelete.REFUSE;
    }

    private boolean isCascade(Reference reference) {
        return reference.onDelete() == OnDelete.CASCADE && deleted.containsKey(reference.target());
    }

    private Set<String> reached(String root) {
        Set<String> all = new LinkedHashSet<>(List.of(root));
        boolean more = true;
        while (more) {
            more = false;
            for (Reference reference : references) {
                if (reference.onDelete() != OnDelete.CASCADE || !all.contains(reference.target())) {
                    continue;
                }
                if (reference.isForeign()) {
                    throw new UnkeptException(
                            "the table " + reference.table() + " of another schema deletes its rows with it");
                }
                if (reference.table().equals(reference.target())
                        || reference.table().equals(root)) {
                    throw new UnkeptException("the table " + reference.table() + " deletes further rows of "
                            + reference.target() + " with it");
                }
                more |= all.add(reference.table());
            }
        }
        return all;
    }

    private void addEmptied(Reference reference) {
        boolean changed = reference.onDelete() == OnDelete.SET_NULL || reference.onDelete() == OnDelete.SET_DEFAULT;
        if (!changed) {
            return;
        }
        if (reference.isForeign() || reference.onDelete() == OnDelete.SET_DEFAULT) {
            throw new UnkeptException("rows of the table " + reference.table() + " would lose their reference, "
                    + (reference.isForeign() ? "and it is in another schema" : "and get a default instead"));
        }
        Rows referring = rows(reference.table(), reference::equals);
        Rows gone = deleted.get(reference.table());
        emptied.add(new Emptied(
                reference,
                gone == null
                        ? referring
                        : new Rows(
                                reference.table(),
                                // Of a null, which refers to nothing, NOT would be null too.
                                '(' + referring.condition() + ") AND (" + gone.condition() + ") IS NOT TRUE",
                                referring.parameters() + gone.parameters())));
    }

    /** The rows that refer to deleted ones by one of these keys. */
    private Rows rows(String table, Predicate<Reference> by) {
        List<String> conditions = new ArrayList<>();
        int parameters = 0;
        for (Reference reference : references) {
            if (reference.table().equals(table) && by.test(reference)) {
                Rows target = Objects.requireNonNull(deleted.get(reference.target()));
                conditions.add(tuple(reference.columns()) + " IN (SELECT " + list(reference.targetColumns()) + " FROM "
                        + PlainSql.table(session, target.table()) + " WHERE " + target.condition() + ')');
                parameters += target.parameters();
            }
        }
        return new Rows(table, String.join(" OR ", conditions), parameters);
    }

    private static String tuple(List<String> columns) {
        return columns.size() == 1 ? list(columns) : '(' + list(columns) + ')';
    }

    static String list(List<String> columns) {
        return columns.stream().map(PlainSql::quoted).collect(Collectors.joining(", "));
    }

    /** The rows that are deleted, in the order in which they can be put back. */
    List<Rows> deleted() {
        return List.copyOf(deleted.values());
    }

    /** The rows that lose a reference. */
    List<Emptied> emptied() {
        return emptied;
    }

    /** The references of deleted rows to a table that keeps its rows. */
    List<Reference> referencesTo(String table) {
        return references.stream()
                .filter(reference -> reference.target().equals(table) && deleted.containsKey(reference.table()))
                .toList();
    }

    @Nullable
    Rows deletedOf(String table) {
        return deleted.get(table);
    }
}
