package dev.modelscan.storage.internal.audit;

import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Row;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** How many entries of the audit log are in memory at once. */
final class AuditBatch {

    static final int MOST = 1_000;

    /** Long entries come in smaller batches: 16 MB of texts, or one entry. */
    private static final long MOST_CHARACTERS = 8_000_000;

    private AuditBatch() {}

    /** How long an entry's texts are. */
    record Size(long position, long characters) {

        static Size map(Row row) throws SQLException {
            return new Size(row.get(Codec.LONG, 1), row.get(Codec.LONG, 2));
        }
    }

    /** The positions of those entries, the first of these, that make one batch. */
    static List<Long> first(List<Size> entries) {
        List<Long> positions = new ArrayList<>();
        long characters = 0;
        for (Size entry : entries) {
            characters += entry.characters();
            if (!positions.isEmpty() && characters > MOST_CHARACTERS) {
                break;
            }
            positions.add(entry.position());
        }
        return positions;
    }
}
