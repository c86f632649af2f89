package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.internal.engine.Failure.Kind;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of each SQLSTATE of a PostgreSQL server. {@link PostgresErrors} reads the rest of an exception.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL: Error Codes</a>
 */
final class PostgresCodes {

    /**
     * The meaning of a code.
     *
     * @param kind what went wrong
     * @param why what to add to the server's own message; null for nothing
     */
    record Meaning(Kind kind, @Nullable String why) {}

    private static final String POOLER = "a pooler between here and the server mixes up prepared statements;"
            + " let PgBouncer keep them (version 1.21 or later, max_prepared_statements above 0),"
            + " or add prepareThreshold=0 to the URL";

    private static final String REPLICA = "the server only reads: it is a replica, such as a primary that was demoted,"
            + " or the transaction was set to read only; connect to the primary";

    private static final String NO_TLS =
            "the server offers no TLS, and sslmode asks for it; let the server offer it, or"
                    + " change sslmode in the URL";

    private static final String NO_PASSWORD = "the server asks for a password; give it in the URL or with password();"
            + " commands take --password-file, --password, or the variable PGPASSWORD";

    private static final String REFUSED =
            "the driver and the server do not agree how to log in; check user, password and sslmode";

    private static final Map<String, Meaning> STATES = states();

    private static Map<String, Meaning> states() {
        Map<String, Meaning> states = new HashMap<>();
        put(states, Kind.UNIQUE, null, "23505");
        put(states, Kind.FOREIGN_KEY, null, "23503", "23001");
        put(states, Kind.BUSY, null, "55P03", "55006"); // lock_not_available, object_in_use
        put(states, Kind.SERIALIZATION, null, "40001", "40P01"); // serialization_failure, deadlock_detected
        put(states, Kind.CANCELLED, null, "57014"); // query_canceled
        put(states, Kind.NO_SAVEPOINT, null, "3B001"); // invalid_savepoint_specification

        // The server or the network failed, and may recover.
        put(states, Kind.CONNECTION_LOST, null, "57P01", "57P02", "57P03"); // shutdown, crash, not accepting yet
        put(states, Kind.CONNECTION_LOST, null, "40003"); // statement_completion_unknown
        put(states, Kind.CONNECTION_LOST, "check host and port, and that the server runs", "08001", "08004");
        put(states, Kind.CONNECTION_LOST, ended("idle_in_transaction_session_timeout"), "25P03");
        put(states, Kind.CONNECTION_LOST, ended("transaction_timeout"), "25P04");
        put(states, Kind.CONNECTION_LOST, ended("idle_session_timeout"), "57P05");
        put(states, Kind.NO_CONNECTION_LEFT, null, "53300"); // too_many_connections
        put(states, Kind.READ_ONLY, REPLICA, "25006"); // read_only_sql_transaction
        put(states, Kind.UNUSABLE, POOLER, "42P05", "26000"); // (duplicate|invalid)_…_statement_name

        // An administrator has to act.
        put(states, Kind.UNAVAILABLE, "the server rejects the login; check user and password", "28000", "28P01");
        put(states, Kind.UNAVAILABLE, "there is no such database; create it, or correct the URL", "3D000");
        put(states, Kind.UNAVAILABLE, "the database was dropped", "57P04");
        put(states, Kind.UNAVAILABLE, "the server is out of memory", "53200");
        put(states, Kind.UNAVAILABLE, "the server cannot read or write its files", "58000", "58030", "58P01");
        put(states, Kind.FULL, null, "53100"); // disk_full
        put(states, Kind.CORRUPT, null, "XX001", "XX002"); // data_corrupted, index_corrupted
        put(states, Kind.DENIED, "the role may not do this", "42501"); // insufficient_privilege
        return Map.copyOf(states);
    }

    private static void put(Map<String, Meaning> states, Kind kind, @Nullable String why, String... codes) {
        for (String code : codes) {
            states.put(code, new Meaning(kind, why));
        }
    }

    private static String ended(String setting) {
        return "the server's setting " + setting + " ended it";
    }

    /** Meanings by a code's class, which is its first two characters. */
    private static final Map<String, Meaning> CLASSES = Map.of(
            "08", new Meaning(Kind.CONNECTION_LOST, null),
            "22", new Meaning(Kind.INVALID, null),
            "23", new Meaning(Kind.INVALID, null),
            "54", new Meaning(Kind.TOO_LARGE, null));

    private static final Meaning UNKNOWN = new Meaning(Kind.OTHER, null);

    private PostgresCodes() {}

    /** The meaning of a code that the driver gives, and no server; the message is in the language of the JVM. */
    static Meaning ofDriver(String state, String message) {
        if (state.equals("08004")) {
            return new Meaning(
                    Kind.UNAVAILABLE,
                    message.contains("SSL") ? NO_TLS : message.contains("password") ? NO_PASSWORD : REFUSED);
        }
        if (!state.equals("22023")) {
            return meaning(state);
        }
        boolean lacksValue = message.startsWith("No value specified for parameter");
        return new Meaning(
                Kind.OTHER, lacksValue ? "the SQL has a parameter without a value; give a value for each ?" : null);
    }

    static Meaning meaning(String state) {
        Meaning known = STATES.get(state);
        return known == null ? CLASSES.getOrDefault(state.substring(0, Math.min(2, state.length())), UNKNOWN) : known;
    }
}
