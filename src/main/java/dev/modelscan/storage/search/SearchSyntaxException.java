package dev.modelscan.storage.search;

/**
 * A query is wrong. Nothing was searched.
 *
 * @since 0.1.0
 */
public final class SearchSyntaxException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int position;

    /** Says what is wrong, and at which index of the query. */
    public SearchSyntaxException(int position, String problem) {
        super("the search is wrong at position " + position + ": " + problem);
        this.position = position;
    }

    /** The index in the query, from 0, of the first character of what is wrong. */
    public int position() {
        return position;
    }
}
