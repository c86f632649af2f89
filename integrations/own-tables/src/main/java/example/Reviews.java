package example;

import static dev.modelscan.storage.queries.Into.into;
import static example.db.Tables.REVIEWS;
import static org.jooq.impl.DSL.select;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.tasks.TaskId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/** Reviews of tasks: a table of this application's own, beside the library's. */
public final class Reviews {

    /** A review with what it is about. */
    public record Review(String verdict, Instant createdAt, String taskType, String agentName) {}

    /** Rendered once. The foreign keys are the joins. */
    private static final StoredQuery<Review> LATEST = StoredQueries.query(
            () -> select(
                            REVIEWS.VERDICT,
                            REVIEWS.CREATED_AT,
                            REVIEWS.tasks().TYPE,
                            REVIEWS.tasks().agents().NAME)
                    .from(REVIEWS)
                    .orderBy(REVIEWS.CREATED_AT.desc(), REVIEWS.ID),
            into(Review::new));

    private final Database db;

    public Reviews(Database db) {
        this.db = db;
    }

    /** Opens a database with this application's migrations; the caller closes it. */
    public static Database open(DatabaseBuilder builder) {
        return builder.migrations("classpath:db/app").open();
    }

    public void add(TaskId task, String verdict, Json metadata) {
        db.useTx(tx -> tx.dsl()
                .insertInto(REVIEWS)
                .set(REVIEWS.ID, UUID.randomUUID().toString())
                .set(REVIEWS.TASK_ID, task)
                .set(REVIEWS.VERDICT, verdict)
                .set(REVIEWS.METADATA, metadata)
                .set(REVIEWS.CREATED_AT, Instant.now().truncatedTo(ChronoUnit.MICROS))
                .execute());
    }

    /** The latest reviews, the newest first. */
    public List<Review> latest(int limit) {
        return db.query(LATEST).list(limit);
    }

    public static void main(String[] args) {
        try (Database db = open(Database.builder().path(args[0]))) {
            new Reviews(db).latest(20).forEach(System.out::println);
        }
    }
}
