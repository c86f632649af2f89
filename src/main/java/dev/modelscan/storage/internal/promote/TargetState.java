package dev.modelscan.storage.internal.promote;

import dev.modelscan.storage.ConflictException;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.internal.engine.PostgresLink;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What the target must be like. Reads alone; the schema may be missing. */
final class TargetState {

    private TargetState() {}

    /**
     * Checks that no table of the schema holds a row.
     *
     * @throws ConflictException where one does
     * @throws SchemaException where the server's database cannot hold all text
     */
    static void requireEmpty(PostgresLink target) throws SQLException {
        String encoding = target.text("SHOW server_encoding");
        if (!"UTF8".equals(encoding)) {
            throw new SchemaException(
                    target.name() + ": the server's database has the encoding " + encoding + "; choose one with UTF8",
                    null);
        }
        for (CopiedTable table : CopiedTable.ALL) {
            boolean there = target.text("SELECT to_regclass(?)", target.table(table.name())) != null;
            if (there && target.text(table.any(target.schema())) != null) {
                throw conflict(
                        target,
                        "has rows in " + table.name()
                                + ", which no promotion has copied. Promote into another workspace, or empty this one");
            }
        }
    }

    /**
     * Checks that what was begun can go on.
     *
     * @throws ConflictException where the snapshot is not beside the source
     */
    static void requireSnapshot(PostgresLink target, Snapshot snapshot) {
        if (!snapshot.exists()) {
            throw conflict(
                    target,
                    "has the rest of a promotion of another database, or of this one, whose snapshot " + snapshot.file()
                            + " is gone. Restart the promotion (--restart), which takes back what it copied");
        }
    }

    /** Whether what is there is to be taken back before anything is copied. */
    static boolean beginsAnew(@Nullable Ledger ledger, boolean restart) {
        return ledger == null || restart || ledger.rows() == 0;
    }

    private static ConflictException conflict(PostgresLink target, String problem) {
        return new ConflictException(target.name() + " " + problem, "workspace", null, null);
    }
}
