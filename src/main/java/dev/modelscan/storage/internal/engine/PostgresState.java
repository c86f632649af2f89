package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.query.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a server says of the schema that a session looks into. */
final class PostgresState {

    private PostgresState() {}

    /** What keeps the schema from being used. */
    static List<String> problems(Session session, String name, String server) throws SQLException {
        List<String> problems = new ArrayList<>();
        if (text(session, "SELECT to_regclass('agents')") == null) {
            problems.add("the tables are gone from " + name + "; restore a backup");
        }
        if ("t".equals(text(session, "SELECT pg_is_in_recovery()"))) {
            problems.add(server + " is a replica, which only reads; connect to the primary");
        }
        return problems;
    }

    /** What works, and is not as one would expect. */
    static List<String> notes(Session session, String schema) throws SQLException {
        return CitusSchemas.ordinary(session.connection(), List.of(schema)).stream()
                .map(CitusSchemas::note)
                .toList();
    }

    /** The tables of the schema with their indexes. On Citus their rows are on a worker, which is asked. */
    static long sizeBytes(Session session) throws SQLException {
        boolean citus = text(session, "SELECT to_regproc('citus_total_relation_size')") != null;
        // It refuses a table that is not distributed, such as one of a schema that was made before Citus was.
        String size = citus
                ? "CASE WHEN oid IN (SELECT logicalrelid FROM pg_catalog.pg_dist_partition)"
                        + " THEN citus_total_relation_size(oid) ELSE pg_total_relation_size(oid) END"
                : "pg_total_relation_size(oid)";
        String sum = text(
                session,
                "SELECT coalesce(sum(" + size + "), 0) FROM pg_class WHERE relkind = 'r'"
                        + " AND relnamespace = to_regnamespace(quote_ident(current_schema()))");
        return Long.parseLong(Objects.requireNonNull(sum));
    }

    private static @Nullable String text(Session session, String sql) throws SQLException {
        try (Statement statement = session.connection().createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
