package example;

import static example.db.Tables.REVIEWS;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.queries.MappedTable;
import dev.modelscan.storage.queries.TableRows;
import example.db.tables.records.ReviewsRecord;

/** The rows of the table of reviews, with the calls of a repository. */
public final class ReviewRows {

    private static final MappedTable<String, ReviewsRecord> TABLE = StoredQueries.table("review", REVIEWS.ID, null);

    private ReviewRows() {}

    /** On a database, inside a transaction, or on a connection of the application's. */
    public static TableRows<String, ReviewsRecord> of(Repositories repositories) {
        return repositories.table(TABLE);
    }
}
