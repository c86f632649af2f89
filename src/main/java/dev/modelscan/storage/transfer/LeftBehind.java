package dev.modelscan.storage.transfer;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the source of a {@link Transfer} holds and the target does not get, because it is not the library's.
 *
 * @param kind what it is
 * @param name its name in the source; {@code <table>.<column>} for a column. This is how {@link Transfer#leaveBehind} names it
 * @param rows how many rows a table has, or how many values a column; null for the others, for more than 1,000,000, and for
 *     what cannot be counted
 * @since 0.1
 */
public record LeftBehind(Kind kind, String name, @Nullable Long rows) {

    /**
     * The kinds of what a source may hold. Indexes and triggers of a table or a view that is left behind stay with it, and a
     * virtual table keeps the tables that its module made.
     *
     * @since 0.1
     */
    public enum Kind {
        /** A table of another program's, or of the application's own. */
        TABLE,
        /** A table that a module of SQLite makes, such as one for full-text search. */
        VIRTUAL_TABLE,
        /** A view. */
        VIEW,
        /** A column that was added to a table of the library's. */
        COLUMN,
        /** An index on a table of the library's, or one of the library's own that was altered. */
        INDEX,
        /** A trigger on a table of the library's, or one of the library's own that was altered. */
        TRIGGER
    }

    /** As in {@code table notes (12 rows)}. */
    @Override
    public String toString() {
        String count = rows == null
                ? ""
                : String.format(Locale.ROOT, " (%,d %s)", rows, kind == Kind.COLUMN ? "values" : "rows");
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + name + count;
    }
}
