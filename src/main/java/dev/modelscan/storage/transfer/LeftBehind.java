package dev.modelscan.storage.transfer;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An object in the source of a {@link Transfer} that the target does not get, because no migration made it, or
 * because the caller said so.
 *
 * @param kind the kind of object
 * @param name its name in the source, {@code <table>.<column>} for a column; {@link Transfer#leaveBehind}
 *     takes this name
 * @param rows how many rows a table has, or how many values a column; null for other kinds, for more than
 *     1,000,000, and if they cannot be counted
 * @since 0.1.0
 */
public record LeftBehind(Kind kind, String name, @Nullable Long rows) {

    /**
     * The kinds of objects. A table or a view that is left behind includes its indexes and triggers, and a
     * virtual table includes the tables that its module created.
     *
     * @since 0.1.0
     */
    public enum Kind {
        /** A table of another program or of the application. */
        TABLE,
        /** A table of a SQLite module, such as one for full-text search. */
        VIRTUAL_TABLE,
        /** A view. */
        VIEW,
        /** A column that was added to one of the library's tables. */
        COLUMN,
        /** An index that was added to one of the library's tables, or an altered index of the library. */
        INDEX,
        /** A trigger that was added to one of the library's tables, or an altered trigger of the library. */
        TRIGGER
    }

    /** For example {@code table notes (12 rows)}. */
    @Override
    public String toString() {
        String what = kind == Kind.COLUMN ? "value" : "row";
        String count = rows == null ? "" : String.format(Locale.ROOT, " (%,d %s%s)", rows, what, rows == 1 ? "" : "s");
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + name + count;
    }
}
