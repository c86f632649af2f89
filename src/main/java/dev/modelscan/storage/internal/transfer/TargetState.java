package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.postgres.PostgresMigrator;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks the target without writing. Its schema may be missing. */
final class TargetState {

    private TargetState() {}

    /**
     * Checks that no table with one of these names holds a row.
     *
     * @throws ConflictException if one does; names all of them
     */
    static void requireEmpty(PostgresLink target, List<String> tables) throws SQLException {
        Map<String, TableFacts> found =
                PostgresCatalog.read(target.connection(), target.schema().name());
        List<String> filled = new ArrayList<>();
        for (String table : tables) {
            TableFacts there = found.get(TableFacts.lower(table));
            if (there != null && target.text("SELECT 1 FROM " + target.table(there.name()) + " LIMIT 1") != null) {
                filled.add(there.name());
            }
        }
        if (!filled.isEmpty()) {
            throw conflict(
                    target,
                    "has rows in " + String.join(", ", filled)
                            + ", which no transfer has copied. Transfer into another workspace, or empty this one");
        }
    }

    /**
     * Finds problems of the server, or of a pooler in between, that no transfer can fix. Runs its own
     * transactions.
     */
    static void collectUnusable(PostgresLink target, Problems problems) throws SQLException {
        try {
            PostgresMigrator.requireUsable(target.connection(), target.name());
        } catch (SchemaException e) {
            problems.add(e);
        }
    }

    /** Finds what prevents the role from writing. */
    static void collect(PostgresLink target, List<String> tables, Problems problems) throws SQLException {
        if ("t".equals(target.text("SELECT pg_catalog.pg_is_in_recovery()"))) {
            problems.add(new UnavailableException(
                    target.name() + " is on a replica, which only reads; connect to the primary", null));
        }
        String schema = target.schema().name();
        boolean there = target.text("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ?", schema) != null;
        String may = there
                ? target.text(
                        "SELECT pg_catalog.has_schema_privilege(?, 'USAGE') AND pg_catalog.has_schema_privilege(?, 'CREATE')",
                        schema,
                        schema)
                : target.text(
                        "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database()::pg_catalog.text, 'CREATE')");
        if (!"t".equals(may)) {
            problems.add(new SchemaException(
                    target.name() + ": the role may not "
                            + (there
                                    ? "create tables in the schema. Grant it USAGE and CREATE on it"
                                    : "create the schema. Grant it CREATE on the database, or let its owner create"
                                            + " the schema"),
                    null));
        }
        if (there) {
            requireOwner(target, schema, tables, problems);
        }
    }

    /** Only a table's owner may drop and create its foreign keys and indexes, as the transfer does. */
    private static void requireOwner(PostgresLink target, String schema, List<String> tables, Problems problems)
            throws SQLException {
        for (String table : tables) {
            String owner = target.text(
                    "SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                            + " ON n.oid = c.relnamespace WHERE n.nspname = ? AND lower(c.relname) = lower(?)"
                            + " AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')",
                    schema,
                    table);
            if (owner != null) {
                problems.add(new SchemaException(
                        target.name() + ": " + table + " belongs to the role " + owner
                                + ", and only its owner can transfer into it",
                        null));
            }
        }
    }

    /**
     * Checks that an unfinished transfer can continue.
     *
     * @throws ConflictException if the snapshot is not beside the source
     */
    static void requireSnapshot(PostgresLink target, Snapshot snapshot) {
        if (!snapshot.exists()) {
            throw conflict(
                    target,
                    "holds an unfinished transfer of another database, or of this one, and its snapshot"
                            + " " + snapshot.file()
                            + " is missing. Restart the transfer (--restart), which removes what it copied");
        }
    }

    /** Whether rows of an unfinished transfer must be removed before copying starts. */
    static boolean startsOver(@Nullable Ledger ledger, boolean restart) {
        return ledger == null || restart || ledger.rows() == 0;
    }

    private static ConflictException conflict(PostgresLink target, String problem) {
        return new ConflictException(target.name() + " " + problem, "workspace", null, null);
    }
}
