package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Libraries;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engine.ReadOnlyStore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens schemas on PostgreSQL servers. */
public final class PostgresOpening {

    /** A class of each library that SQLite users do not need, with the library's coordinates. */
    private static final Map<String, String> NEEDED = Map.of(
            "org.postgresql.Driver", "org.postgresql:postgresql",
            "com.zaxxer.hikari.HikariDataSource", "com.zaxxer:HikariCP",
            "org.flywaydb.database.postgresql.PostgreSQLDatabaseType", "org.flywaydb:flyway-database-postgresql");

    private PostgresOpening() {}

    /** Opens a schema and creates it if it is missing; null for the one that the server chooses. */
    public static OpenedStore open(PostgresServer server, @Nullable String schema) {
        requireLibraries();
        return Libraries.checked(() -> opened(server, schema));
    }

    private static OpenedStore opened(PostgresServer server, @Nullable String schema) {
        PostgresMigrator migrator = new PostgresMigrator(server, schema);
        List<String> applied = migrator.migrate();
        PostgresStore store = new PostgresStore(new PostgresPools(server), true, schema, migrator.schema());
        return new OpenedStore(store, null, schema, migrator.latestVersion(), applied);
    }

    /**
     * Opens an existing, current schema without writing.
     *
     * @throws UnavailableException if there is no such schema, or it has no tables of this library
     * @throws dev.modelscan.storage.errors.SchemaException if its tables are older or newer
     */
    public static OpenedStore openReadOnly(PostgresServer server, @Nullable String schema) {
        requireLibraries();
        return Libraries.checked(() -> openedReadOnly(server, schema));
    }

    private static OpenedStore openedReadOnly(PostgresServer server, @Nullable String schema) {
        PostgresMigrator migrator = new PostgresMigrator(server, schema);
        migrator.requireReadable();
        PostgresStore store = new PostgresStore(new PostgresPools(server), true, schema, migrator.schema());
        return new OpenedStore(
                new ReadOnlyStore(store, server.name()), null, schema, migrator.latestVersion(), List.of());
    }

    /**
     * Checks that the optional libraries are on the class path, and that none is too old.
     *
     * @throws UnavailableException if they are not; it names what to add, or the version to use
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
        Libraries.requirePostgresql();
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
