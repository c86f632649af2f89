package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;

import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.deleted.DeletedRecordId;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.migrate.PackagedMigrations;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.Catalog.Column;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.Field;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * Copies a record that is about to be deleted, with all that goes with it. One statement for each table, whatever the
 * number of rows, and no row leaves the database.
 *
 * <p>If others write meanwhile, each statement locks what it copies. A table comes after those that its rows refer
 * to, so nobody can add a row that would be deleted without having been copied.
 */
final class KeptDeletions {

    /** How many that have been kept for long enough each deletion purges. */
    private static final int PURGED_AT_ONCE = 10;

    private final Session session;
    private final Catalog catalog;
    private final String kind;
    private final String id;
    private final DeletionPlan plan;
    private final DeletedRecordId deletion = DeletedRecordId.next();
    private long position;

    private KeptDeletions(Session session, String kind, String id, String table, String key) throws SQLException {
        this.session = session;
        this.catalog = session.dialect().catalog();
        this.kind = kind;
        this.id = id;
        try {
            this.plan = DeletionPlan.of(session, catalog.references(session), table, key);
        } catch (DeletionPlan.UnkeptException e) {
            throw unkept(e.getMessage());
        }
    }

    /**
     * Copies a record before it is deleted, if the database keeps what it deletes. Does nothing if there is no such
     * record.
     */
    static void keep(Sessions sessions, Session session, String kind, String id, Table<?> table, Field<?> key)
            throws SQLException {
        if (!sessions.options().keepDeleted().isZero() && holds(session, id, table, key)) {
            new KeptDeletions(session, kind, id, table.getName(), key.getName()).copy(sessions);
            Instant before = sessions.now().minus(sessions.options().keepDeleted());
            SqlDeletedRecords.purgeSome(session, before, PURGED_AT_ONCE);
        }
    }

    /** Whether there is such a record, which others cannot delete from then on. */
    private static boolean holds(Session session, String id, Table<?> table, Field<?> key) throws SQLException {
        String sql = "SELECT 1 FROM " + PlainSql.table(session, table.getName()) + " WHERE "
                + PlainSql.quoted(key.getName()) + " = ?" + (session.dialect().locksRows() ? " FOR UPDATE" : "");
        return !PlainSql.rows(session, sql, List.of(id), row -> true).isEmpty();
    }

    /** The number of the newest migration. */
    private int schemaVersion() {
        return Math.toIntExact(
                PackagedMigrations.librarys(session.dialect().name()).latest());
    }

    private void copy(Sessions sessions) throws SQLException {
        Set<String> names = new TreeSet<>();
        plan.deleted().forEach(rows -> names.add(rows.table()));
        plan.emptied().forEach(rows -> names.add(rows.reference().table()));
        Map<String, Catalog.Table> tables = catalog.tables(session, names);
        session.query(SqlDeletedRecords.INSERT)
                .setAll(
                        SqlDeletedRecords.COLUMNS,
                        new DeletedRecord(deletion, kind, id, sessions.actor(), schemaVersion(), sessions.now()))
                .update();
        for (DeletionPlan.Rows rows : plan.deleted()) {
            Catalog.Table table = Objects.requireNonNull(tables.get(rows.table()), rows.table());
            copy(rows, table.stored(), table, null);
        }
        for (DeletionPlan.Emptied emptied : plan.emptied()) {
            copyReferences(
                    emptied,
                    Objects.requireNonNull(tables.get(emptied.reference().table())));
        }
        for (Reference reference : plan.referencesTo(BLOBS.getName())) {
            holdBlobs(reference);
        }
    }

    private ReferenceException unkept(@Nullable String why) {
        return new ReferenceException(
                kind + " " + id + " cannot be deleted and kept: " + why
                        + "; delete those rows first, or open the database without keepDeleted",
                kind,
                id,
                null);
    }

    /** A row without a primary key could not be found again. */
    private void copyReferences(DeletionPlan.Emptied emptied, Catalog.Table table) throws SQLException {
        if (table.key().isEmpty()) {
            throw unkept("rows of the table " + table.name()
                    + " would lose their reference to it, and have no primary key by which to give it back");
        }
        Set<String> needed = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        needed.addAll(table.key());
        needed.addAll(emptied.reference().columns());
        List<Column> columns = table.columns().stream()
                .filter(column -> needed.contains(column.name()))
                .toList();
        copy(emptied.rows(), columns, table, Restoration.emptied(emptied.reference()));
    }

    private void copy(DeletionPlan.Rows rows, List<Column> columns, Catalog.Table table, @Nullable String emptied)
            throws SQLException {
        if (columns.stream().anyMatch(column -> column.name().matches(".*[\"\\\\].*"))) {
            throw unkept("the table " + table.name() + " has a column with a quote or a backslash in its name");
        }
        boolean locks = session.dialect().locksRows() && emptied == null;
        String sql = "INSERT INTO " + PlainSql.table(session, DELETED_ROWS.getName()) + " ("
                + DeletionPlan.list(List.of(
                        DELETED_ROWS.DELETED_RECORD_ID.getName(),
                        DELETED_ROWS.POSITION.getName(),
                        DELETED_ROWS.TABLE_NAME.getName(),
                        DELETED_ROWS.EMPTIED.getName(),
                        DELETED_ROWS.DOCUMENT.getName()))
                + ") SELECT ?, ? + row_number() OVER (), ?, "
                + (emptied == null ? "NULL, " : "?, ")
                + catalog.toDocument(columns, "t") + " FROM (SELECT * FROM " + PlainSql.table(session, table.name())
                + " WHERE " + rows.condition()
                + (table.key().isEmpty() ? "" : " ORDER BY " + DeletionPlan.list(table.key()))
                + (locks ? " FOR UPDATE" : "") + ") t";
        List<Object> values = new ArrayList<>(List.of(deletion.value(), position, table.name()));
        if (emptied != null) {
            values.add(emptied);
        }
        values.addAll(rows.values(id));
        position += PlainSql.update(session, sql, values);
    }

    private void holdBlobs(Reference reference) throws SQLException {
        DeletionPlan.Rows rows = Objects.requireNonNull(plan.deletedOf(reference.table()));
        String blob = PlainSql.quoted(reference.columns().get(0));
        String sql = "INSERT INTO " + PlainSql.table(session, DELETED_BLOBS.getName()) + " ("
                + DeletionPlan.list(List.of(DELETED_BLOBS.DELETED_RECORD_ID.getName(), DELETED_BLOBS.BLOB_ID.getName()))
                + ") SELECT DISTINCT ?, " + blob + " FROM " + PlainSql.table(session, rows.table()) + " WHERE ("
                + rows.condition() + ") AND " + blob + " IS NOT NULL ON CONFLICT DO NOTHING";
        List<String> values = new ArrayList<>(List.of(deletion.value()));
        values.addAll(rows.values(id));
        PlainSql.update(session, sql, values);
    }
}
