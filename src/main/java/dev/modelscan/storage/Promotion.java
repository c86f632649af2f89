package dev.modelscan.storage;

import dev.modelscan.storage.internal.promote.Promoter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies a SQLite database into a workspace on a PostgreSQL server, and proves that both are the same. Not thread-safe.
 *
 * <pre>{@code
 * PromotionResult result = Promotion.from(Path.of("modelscan.db"))
 *         .to(Database.builder().url("jdbc:postgresql://host/database").workspace("team_a"))
 *         .run();
 * }</pre>
 *
 * <p>The source stays usable, and nothing is changed in it. What is copied is the source as it was when the promotion began,
 * from a snapshot in a file beside it, {@code <source>-promotion-<id>}, which needs as much space as the source and is deleted at
 * the end. What is written to the source meanwhile stays there alone.
 *
 * <p>The target is made where it is missing, and must hold no rows. Until the promotion has ended, {@link Database} refuses to
 * open it. A promotion that was interrupted, however that happened, is continued by running it again: from the same
 * snapshot, and at most some thousand rows before where it stopped. At the end all rows are read back from both sides and compared.
 *
 * @since 0.1
 */
public final class Promotion {

    private final Path source;
    private @Nullable DatabaseBuilder target;
    private boolean restart;
    private Consumer<PromotionProgress> listener = progress -> {};

    private Promotion(Path source) {
        this.source = source;
    }

    /**
     * Copies the database in a file.
     *
     * @throws InvalidDataException if it is the beginning of a URL
     */
    public static Promotion from(Path source) {
        return new Promotion(DatabaseBuilder.requirePath(source));
    }

    /**
     * Copies the database in a file, given as text. A leading {@code ~} is the user's home directory.
     *
     * @throws InvalidDataException if the text is blank, a URL, or not a path
     */
    public static Promotion from(String source) {
        return new Promotion(DatabaseBuilder.toPath(source));
    }

    /** Where to: a URL or a data source, and a workspace, which is made where it is missing. Required. */
    public Promotion to(DatabaseBuilder target) {
        Objects.requireNonNull(target, "target");
        this.target = target;
        return this;
    }

    /**
     * Takes back what an unfinished promotion has copied, and begins anew with the source as it is now. Where none was begun,
     * this changes nothing: rows that no promotion has copied are never removed.
     */
    public Promotion restart() {
        this.restart = true;
        return this;
    }

    /** Who is told of progress, on the thread that runs the promotion. What it throws interrupts the promotion. */
    public Promotion onProgress(Consumer<PromotionProgress> listener) {
        Objects.requireNonNull(listener, "listener");
        this.listener = listener;
        return this;
    }

    /**
     * Checks all that can be checked without writing: that both sides can be reached and have schemas that go together, that the
     * target holds no rows, and that every value and every reference of the source can be stored in PostgreSQL. The source's log
     * cannot be cut while it is read.
     *
     * @throws InvalidDataException as {@link #run} does
     * @throws ReferenceException as {@link #run} does
     * @throws CorruptDatabaseException where SQLite finds the source damaged, or rows that break its checks
     * @throws ConflictException as {@link #run} does
     * @throws SchemaException as {@link #run} does
     * @throws UnavailableException where the source or the server cannot be reached
     */
    public PromotionEstimate dryRun() {
        return promoter().dryRun(restart);
    }

    /**
     * Copies and compares, or goes on with what was begun.
     *
     * @throws InvalidDataException where a value that another program stored cannot be stored in PostgreSQL as it is; its {@code
     *     entity}, {@code id} and {@code field} are the table, the key and the column. What was copied is taken back: correct the
     *     value in the source, and run again
     * @throws ReferenceException where a row of the source refers to one that does not exist; likewise
     * @throws ConflictException where the target holds rows that this promotion has not copied, was begun from another
     *     source or a snapshot that is gone, or differs from the source at the end; then it names the table and the first key
     * @throws SchemaException where a schema is older or newer than this library's, or another program's
     * @throws BusyException where another promotion into the target is under way
     * @throws StorageFullException where there is no space for the snapshot, or in the target
     * @throws CancelledException where the thread is interrupted; running again goes on
     * @throws UnavailableException where the source or the server cannot be reached; running again goes on
     */
    public PromotionResult run() {
        return promoter().run(restart);
    }

    private Promoter promoter() {
        if (target == null) {
            throw new InvalidDataException("promotion", null, "to", "is required");
        }
        return new Promoter(source, target.server(), target.workspace(), listener);
    }
}
