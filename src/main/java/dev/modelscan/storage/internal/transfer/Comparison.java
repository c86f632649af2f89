package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.internal.values.Sha256;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Reads a table from both sides, row by row, compares the rows and hashes them. Both sides are sorted by the
 * key's bytes, so the first rows that differ show where.
 */
final class Comparison {

    private static final int ROWS_PER_REPORT = 10_000;

    private final CopiedTable table;
    private final RowSource source;
    private final RowSource target;

    Comparison(CopiedTable table, RowSource source, RowSource target) {
        this.table = table;
        this.source = source;
        this.target = target;
    }

    /** The number of rows on both sides, and their hash. */
    record Content(long rows, String hash) {}

    /**
     * Compares all rows.
     *
     * @throws ConflictException at the first difference; names the table and the key
     */
    Content compare(LongConsumer progress) throws SQLException {
        MessageDigest digest = Sha256.digest();
        CanonicalRow ours = new CanonicalRow();
        CanonicalRow theirs = new CanonicalRow();
        long rows = 0;
        while (true) {
            boolean inSource = source.next(ours);
            boolean inTarget = target.next(theirs);
            if (!inSource && !inTarget) {
                progress.accept(rows);
                return new Content(rows, HexFormat.of().formatHex(digest.digest()));
            }
            if (inSource != inTarget || !ours.sameAs(theirs)) {
                throw difference(inSource, inTarget);
            }
            ours.addTo(digest);
            if (++rows % ROWS_PER_REPORT == 0) {
                progress.accept(rows);
            }
        }
    }

    private ConflictException difference(boolean inSource, boolean inTarget) throws SQLException {
        int order = inSource && inTarget ? table.order(source.key(), target.key()) : inSource ? -1 : 1;
        List<String> key = order <= 0 ? source.key() : target.key();
        String what = order == 0
                ? "is not the same in source and target"
                : order < 0 ? "is only in the source" : "is only in the target";
        String id = String.join(", ", key);
        return new ConflictException(
                table.name() + " " + id + " " + what
                        + ": another program has written to the target, or altered it. Transfer"
                        + " into another workspace",
                table.name(),
                id,
                null);
    }
}
