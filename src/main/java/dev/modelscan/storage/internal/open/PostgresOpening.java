package dev.modelscan.storage.internal.open;

import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.PostgresPools;
import dev.modelscan.storage.internal.engine.PostgresServer;
import dev.modelscan.storage.internal.engine.PostgresStore;
import dev.modelscan.storage.internal.migrate.PostgresMigrator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens schemas on PostgreSQL servers. */
public final class PostgresOpening {

    /** A class of each library that SQLite's users do without, and its coordinates. */
    private static final Map<String, String> NEEDED = Map.of(
            "org.postgresql.Driver", "org.postgresql:postgresql",
            "com.zaxxer.hikari.HikariDataSource", "com.zaxxer:HikariCP",
            "org.flywaydb.database.postgresql.PostgreSQLDatabaseType", "org.flywaydb:flyway-database-postgresql");

    private PostgresOpening() {}

    /** Opens a schema, which is made where it is missing; where it is null, the one that the server chooses. */
    public static OpenedStore open(PostgresServer server, @Nullable String schema) {
        requireLibraries();
        PostgresMigrator migrator = new PostgresMigrator(server, schema);
        List<String> applied = migrator.migrate();
        PostgresStore store = new PostgresStore(new PostgresPools(server), true, schema, migrator.schema());
        return new OpenedStore(store, null, schema, migrator.latestVersion(), applied);
    }

    /**
     * Checks that the optional libraries are there.
     *
     * @throws UnavailableException where they are not; it names what to add
     */
    public static void requireLibraries() {
        List<String> missing = NEEDED.entrySet().stream()
                .filter(entry -> !isPresent(entry.getKey()))
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            throw new UnavailableException(
                    "PostgreSQL needs libraries that are not on the class path; add " + String.join(", ", missing),
                    null);
        }
    }

    private static boolean isPresent(String className) {
        try {
            Class.forName(className, false, PostgresOpening.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
