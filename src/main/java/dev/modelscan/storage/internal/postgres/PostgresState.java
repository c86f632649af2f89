package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Queries a server about a schema. */
final class PostgresState {

    private PostgresState() {}

    /** Reasons why the schema cannot be used. */
    static List<String> problems(Session session, @Nullable PostgresSchema schema, String name, String server)
            throws SQLException {
        List<String> problems = new ArrayList<>();
        String table = (schema == null ? "" : schema.quoted() + ".") + "agents";
        if (text(session, "SELECT to_regclass(?)", table) == null) {
            problems.add("the tables of " + name + " no longer exist; restore a backup");
        }
        if ("t".equals(text(session, "SELECT pg_is_in_recovery()"))) {
            problems.add(server + " is a replica, which only reads; connect to the primary");
        }
        return problems;
    }

    /** Why the tables cannot be read where readUrl leads; null if they can. */
    static @Nullable String unreadable(Session session, @Nullable PostgresSchema schema, String name, String grants)
            throws SQLException {
        boolean there = schema == null
                || !PlainSql.rows(
                                session,
                                "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                        + " WHERE c.relname = 'agents' AND n.nspname = ?"
                                        + " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')",
                                List.of(schema.name()),
                                row -> row.getInt(1))
                        .isEmpty();
        return there
                ? null
                : "readUrl leads to a database without the tables of " + name
                        + ", or its role may not use their schema; correct readUrl, or let the owner run there: "
                        + grants;
    }

    /** Facts that do not prevent use but may surprise. */
    static List<String> notes(Session session, String schema) throws SQLException {
        return CitusSchemas.ordinary(session.connection(), List.of(schema)).stream()
                .map(CitusSchemas::note)
                .toList();
    }

    /** The size of the schema's tables with their indexes. On Citus the workers are asked. */
    static long sizeBytes(Session session, String schema) throws SQLException {
        boolean citus = text(session, "SELECT to_regproc('citus_total_relation_size')") != null;
        // Citus rejects a table that is not distributed, such as one of a schema created before Citus was.
        String size = citus
                ? "CASE WHEN oid IN (SELECT logicalrelid FROM pg_catalog.pg_dist_partition)"
                        + " THEN citus_total_relation_size(oid) ELSE pg_total_relation_size(oid) END"
                : "pg_total_relation_size(oid)";
        String sum = text(
                session,
                "SELECT coalesce(sum(" + size + "), 0) FROM pg_class WHERE relkind = 'r'"
                        + " AND relnamespace = to_regnamespace(quote_ident(?))",
                schema);
        return Long.parseLong(Objects.requireNonNull(sum));
    }

    /** A table, whose partitions are parts of it. */
    private record Owned(String table, String owner, boolean own) {}

    /**
     * Removes dead rows of a schema's tables, and replaces the statistics of their values.
     *
     * @return which tables the server left out, since they are another role's; null for none
     */
    static @Nullable String vacuum(Session session, PostgresSchema schema, String name) throws SQLException {
        List<Owned> tables = PlainSql.rows(
                session,
                "SELECT quote_ident(relname), pg_get_userbyid(relowner), pg_has_role(relowner, 'USAGE')"
                        + " FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                        + " AND relnamespace = to_regnamespace(quote_ident(?)) ORDER BY relname",
                List.of(schema.name()),
                row -> new Owned(row.getString(1), row.getString(2), row.getBoolean(3)));
        List<Owned> left = new ArrayList<>();
        for (Owned table : tables) {
            // The owner of the database may, too, and from version 17 on who has the right MAINTAIN: they get no
            // warning.
            if (vacuum(session, schema.quoted() + '.' + table.table()) && !table.own()) {
                left.add(table);
            }
        }
        if (left.isEmpty()) {
            return null;
        }
        String owners = left.stream().map(Owned::owner).distinct().collect(Collectors.joining(" and "));
        return left.size() + " tables of " + name + ", such as " + left.get(0).table()
                + ", were not scrubbed: they belong to " + owners + "; run erase scrub as " + owners;
    }

    /** Returns whether the server warned. */
    private static boolean vacuum(Session session, String table) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            session.running().begin();
            try {
                statement.execute("VACUUM (ANALYZE) " + table);
                return statement.getWarnings() != null;
            } finally {
                session.running().end();
            }
        }
    }

    /** Takes an advisory lock of this name, which the transaction holds until it ends. */
    static void takeTurn(Session session, String name) throws SQLException {
        try (PreparedStatement statement = session.connection()
                .prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended('modelscan-storage ' || ?, 0))")) {
            statement.setString(1, name);
            session.running().begin();
            try {
                statement.execute();
            } finally {
                session.running().end();
            }
        }
    }

    private static @Nullable String text(Session session, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }
}
