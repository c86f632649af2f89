package dev.modelscan.storage.search;

/**
 * How far the making of a search index has come.
 *
 * @param done how many texts are indexed on SQLite; how many bytes of the tables are read on PostgreSQL
 * @param total of how many; 1 if it is not known, as on Citus
 * @since 0.1.0
 */
public record SearchProgress(long done, long total) {

    /** Not API, since components may be added: the library makes them. */
    public SearchProgress {
        total = Math.max(1, total);
    }
}
