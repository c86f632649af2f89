package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.transfer.CopiedTable.Column;
import java.sql.SQLException;
import java.util.List;

/** The target's sequences, which a copy does not advance: the next row gets the number after the highest. */
final class Sequences {

    private Sequences() {}

    static void advance(PostgresLink target, List<CopiedTable> tables) throws SQLException {
        for (CopiedTable table : tables) {
            for (Column column : table.columns()) {
                String sequence = column.sequence();
                if (sequence != null) {
                    String highest = "max(" + column.quoted() + ")";
                    target.text(
                            "SELECT pg_catalog.setval(?::pg_catalog.regclass, " + highest + ") FROM "
                                    + target.table(table.name()) + " HAVING " + highest + " >= 1",
                            sequence);
                }
            }
        }
    }
}
