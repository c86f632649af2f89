package dev.modelscan.storage.errors;

/**
 * The database has no index to search with, or has lost a part of it, for example by a migration that rebuilt a table.
 *
 * @since 0.1.0
 */
public final class SearchIndexException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final boolean damaged;

    /** Says whether there is none, or a part of one. */
    public SearchIndexException(boolean damaged) {
        super(
                damaged
                        ? "the search index is not complete; the command search --rebuild, or search().rebuild(),"
                                + " rebuilds it"
                        : "the database has no search index; the command search --enable, or search().enable(),"
                                + " makes it",
                null,
                null,
                null);
        this.damaged = damaged;
    }

    /** Whether a part of the index is there. */
    public boolean isDamaged() {
        return damaged;
    }
}
