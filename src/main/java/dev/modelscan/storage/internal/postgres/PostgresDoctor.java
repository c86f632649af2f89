package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.internal.query.Duplicates;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.schema.DefaultSchema;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.Field;
import org.jooq.Index;
import org.jooq.SortField;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** What the catalog of a server can tell about a schema: what is missing, not valid, or not vacuumed. */
final class PostgresDoctor {

    /** Not from information_schema, which leaves out what the role may not use. */
    private static final String COLUMNS = "SELECT c.relname || '.' || a.attname FROM pg_catalog.pg_attribute a"
            + " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'f') ORDER BY 1";

    private static final String INDEXES = "SELECT indexname FROM pg_catalog.pg_indexes WHERE schemaname = ? ORDER BY 1";

    private static final String INVALID_INDEXES = "SELECT c.relname FROM pg_catalog.pg_index i"
            + " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND NOT (i.indisvalid AND i.indisready) ORDER BY 1";

    private static final String INVALID_CONSTRAINTS = "SELECT r.relname || '.' || c.conname"
            + " FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r ON r.oid = c.conrelid"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace"
            + " WHERE n.nspname = ? AND NOT c.convalidated ORDER BY 1";

    /** Those of a replica do not fire for what applications write either. */
    private static final String DISABLED_TRIGGERS = "SELECT r.relname || '.' || t.tgname FROM pg_catalog.pg_trigger t"
            + " JOIN pg_catalog.pg_class r ON r.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
            + " WHERE n.nspname = ? AND t.tgenabled IN ('D', 'R') ORDER BY 1";

    /** As many dead rows as live ones: autovacuum begins at a fifth. */
    private static final String NOT_VACUUMED = "SELECT relname FROM pg_catalog.pg_stat_user_tables"
            + " WHERE schemaname = ? AND n_dead_tup > 10000 AND n_dead_tup > n_live_tup ORDER BY 1";

    private static final String MADE = "schema export prints how they are made";

    private static final String RESTORE = "pg_restore of a backup";

    private final Session session;
    private final String schema;
    private final List<Finding> findings = new ArrayList<>();

    private PostgresDoctor(Session session, String schema) {
        this.session = session;
        this.schema = schema;
    }

    static List<Finding> examine(Session session, String schema) throws SQLException {
        PostgresDoctor doctor = new PostgresDoctor(session, schema);
        doctor.schema();
        doctor.add(Severity.ERROR, "index-damaged", "indexes are not valid", INVALID_INDEXES, "REINDEX INDEX <name>");
        doctor.add(
                Severity.ERROR,
                "constraint-unchecked",
                "constraints that not all rows were checked for",
                INVALID_CONSTRAINTS,
                "ALTER TABLE … VALIDATE CONSTRAINT <name>; its error names a row to delete or change first, if there is one");
        doctor.add(
                Severity.ERROR,
                "trigger-disabled",
                "triggers are switched off",
                DISABLED_TRIGGERS,
                "ALTER TABLE … ENABLE TRIGGER <name>");
        doctor.search();
        doctor.add(
                Severity.WARNING,
                "not-vacuumed",
                "tables with more dead rows than live ones",
                NOT_VACUUMED,
                "VACUUM <table>; see the settings of autovacuum in docs/operations.md");
        return doctor.findings;
    }

    private void schema() throws SQLException {
        Set<String> columns = new TreeSet<>(names(COLUMNS));
        Set<String> indexes = new TreeSet<>(names(INDEXES));
        List<String> missing = new ArrayList<>();
        List<String> slow = new ArrayList<>();
        for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            for (Field<?> field : table.fields()) {
                String name = table.getName() + "." + field.getName();
                if (!columns.contains(name)) {
                    missing.add(name);
                }
            }
            for (Index index : table.getIndexes()) {
                if (!indexes.contains(index.getName().toLowerCase(Locale.ROOT))
                        && !hasDuplicates(table, index, columns)) {
                    slow.add(index.getName());
                }
            }
        }
        add(Severity.ERROR, "schema-drift", "columns of the schema are missing", missing, RESTORE);
        add(Severity.WARNING, "index-missing", "indexes are missing", slow, MADE);
        drift();
    }

    /** Whether rows are duplicates for a unique index that is missing, which is a finding then. */
    private boolean hasDuplicates(Table<?> table, Index index, Set<String> columns) throws SQLException {
        List<String> indexed =
                index.getFields().stream().map(SortField::getName).toList();
        if (!index.getUnique() || !indexed.stream().allMatch(name -> columns.contains(table.getName() + "." + name))) {
            return false;
        }
        String from = PlainSql.quoted(schema) + "." + PlainSql.quoted(table.getName());
        String key = PlainSql.quoted(Objects.requireNonNull(table.field(0)).getName());
        List<String> keys = PlainSql.rows(
                session,
                Duplicates.query(from, key, Duplicates.quoted(indexed), null),
                List.of(),
                row -> String.valueOf(row.getString(1)));
        if (!keys.isEmpty()) {
            findings.add(Duplicates.finding(index.getName(), table.getName(), indexed, keys, "make it: " + MADE));
        }
        return !keys.isEmpty();
    }

    private void drift() throws SQLException {
        PostgresDrift drift = new PostgresDrift(session, schema);
        add(Severity.ERROR, "trigger-missing", "triggers are missing", drift.missingTriggers(), MADE);
        add(
                Severity.ERROR,
                "trigger-changed",
                "triggers, or functions that they call, are not as the migrations make them",
                drift.changedTriggers(),
                MADE);
        add(
                Severity.ERROR,
                "reference-missing",
                "foreign keys are missing, or do something else than those of the migrations",
                drift.missingKeys(),
                MADE);
    }

    /** Its indexes are of expressions, so they are never out of step with the rows. */
    private void search() throws SQLException {
        int state = SearchScripts.state(session);
        if (state > 0 && state < SearchScripts.WHOLE) {
            add(
                    Severity.ERROR,
                    "search-broken",
                    "the search index is not whole, so a search fails",
                    List.of("it has only " + state + " % of its indexes and functions"),
                    "search --rebuild");
        }
    }

    private void add(Severity severity, String code, String cause, String sql, @Nullable String fix)
            throws SQLException {
        add(severity, code, cause, names(sql), fix);
    }

    private void add(Severity severity, String code, String cause, List<String> names, @Nullable String fix) {
        if (!names.isEmpty()) {
            findings.add(Finding.of(severity, code, cause, names, fix));
        }
    }

    private List<String> names(String sql) throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            statement.setString(1, schema);
            session.running().begin();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            } finally {
                session.running().end();
            }
        }
        return names;
    }
}
