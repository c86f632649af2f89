package dev.modelscan.storage.internal.engine;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a session of the library has set, whatever the server's or the role's defaults are.
 *
 * @param values by the names of settings; null for the server's default
 */
record PostgresSettings(Map<String, @Nullable String> values) {

    private static final String PROPAGATION = "citus.propagate_set_commands";

    /** Whether these, which a session had before, say that it is one of Citus: nobody else has given this a value. */
    boolean areOfCitus() {
        String value = values.get(PROPAGATION);
        return value != null && !value.isEmpty();
    }

    /** For sessions that read and write. */
    static PostgresSettings writing(Duration lockTimeout, Duration queryTimeout) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        values.put("statement_timeout", Long.toString(queryTimeout.toMillis()));
        // Zero means for ever there.
        values.put("lock_timeout", Long.toString(Math.max(1, lockTimeout.toMillis())));
        values.put("default_transaction_isolation", "read committed");
        values.put("default_transaction_read_only", "off");
        // The same indexes serve a repository's query whatever it asks for (PostgresQueryPlanTest), and planning a join
        // takes as long as running it.
        values.put("plan_cache_mode", "force_generic_plan");
        // Citus asks for this before it runs triggers on distributed tables; elsewhere nothing reads it.
        values.put("citus.enable_unsafe_triggers", "on");
        // And with this it passes SET LOCAL on to the workers.
        values.put(PROPAGATION, "local");
        return new PostgresSettings(values);
    }

    /** For sessions that refuse to write, and whose transactions are snapshots. */
    static PostgresSettings reading(Duration lockTimeout, Duration queryTimeout) {
        PostgresSettings settings = writing(lockTimeout, queryTimeout);
        settings.values.put("default_transaction_isolation", "repeatable read");
        // A caller's own queries may well depend on their values.
        settings.values.put("plan_cache_mode", "auto");
        settings.values.put("default_transaction_read_only", "on");
        return settings;
    }

    /** For migrations, which may work as long as they need. Others queue up behind a lock that one waits for, so that is bounded. */
    static PostgresSettings migrating(Duration lockTimeout) {
        return writing(lockTimeout, Duration.ZERO);
    }

    /** The same, where names without a schema are looked up in that one alone. */
    PostgresSettings in(@Nullable String schema) {
        return schema == null ? this : with("search_path", quoted(schema));
    }

    /** The same, and one more. */
    PostgresSettings with(String name, @Nullable String value) {
        Map<String, @Nullable String> all = new LinkedHashMap<>(values);
        all.put(name, value);
        return new PostgresSettings(all);
    }

    /** Sets all in one round trip, and returns what was set before. */
    PostgresSettings apply(Connection connection) throws SQLException {
        List<String> calls = new ArrayList<>();
        List<@Nullable String> bound = new ArrayList<>();
        values.forEach((name, value) -> {
            calls.add("current_setting('" + name + "', true), set_config('" + name + "', ?, false)");
            bound.add(value);
        });
        Map<String, @Nullable String> before = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + String.join(", ", calls))) {
            for (int i = 0; i < bound.size(); i++) {
                statement.setString(i + 1, bound.get(i));
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                int column = 1;
                for (String name : values.keySet()) {
                    before.put(name, row.getString(column));
                    column += 2;
                }
            }
        }
        return new PostgresSettings(before);
    }

    /**
     * Sets all anew in one round trip, and undoes what else may have been left in the session: other settings, roles, temporary
     * tables, which hide those of the schema, and locks.
     */
    void renew(Connection connection) throws SQLException {
        set(
                connection,
                "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP; SELECT pg_advisory_unlock_all()");
    }

    /** Sets all in one round trip, which the limit of time that is set just now does not stop. */
    void restore(Connection connection) throws SQLException {
        set(connection, "SET statement_timeout = 0");
    }

    private void set(Connection connection, String first) throws SQLException {
        String calls = values.keySet().stream()
                .map(name -> "set_config('" + name + "', ?, false)")
                .collect(Collectors.joining(", "));
        try (PreparedStatement statement = connection.prepareStatement(first + "; SELECT " + calls)) {
            int position = 1;
            for (String value : values.values()) {
                statement.setString(position++, value);
            }
            statement.execute();
        }
    }

    /** A name as it stands in SQL, whatever is in it. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
