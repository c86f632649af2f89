package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.Catalog.Column;
import dev.modelscan.storage.internal.query.PlainSql;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table that are put back, or that lost the reference in {@code emptied}.
 *
 * @param name the name that the table had when they were deleted
 */
record KeptRows(Catalog.Table table, String name, @Nullable String emptied, List<Member> members) {

    /**
     * A column, and the name that it had when the row was deleted: a migration may have changed the case of its letters
     * since.
     */
    record Member(Column column, String name) {

        String quoted() {
            return PlainSql.quoted(column.name());
        }
    }

    /** Whether the rows can be found again. */
    boolean hasKey() {
        return !table.key().isEmpty() && has(table.key());
    }

    boolean has(List<String> names) {
        return names.stream().allMatch(wanted -> find(wanted).isPresent());
    }

    List<Member> members(List<String> names) {
        Set<Column> wanted = names.stream().map(table::column).collect(Collectors.toSet());
        return members.stream()
                .filter(member -> wanted.contains(member.column()))
                .toList();
    }

    Member member(String wanted) {
        return find(wanted).orElseThrow();
    }

    private Optional<Member> find(String wanted) {
        Column column = table.column(wanted);
        return members.stream().filter(member -> member.column().equals(column)).findFirst();
    }
}
