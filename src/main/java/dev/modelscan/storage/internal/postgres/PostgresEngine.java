package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.engine.DatabaseLocation.Kind;
import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engine.Libraries;
import dev.modelscan.storage.internal.engine.Libraries.Library;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engine.ReadOnlyStore;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.migrate.MigrationScript;
import dev.modelscan.storage.internal.query.Dialect;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** PostgreSQL: a database and a workspace are schemas on a server. */
public final class PostgresEngine implements Engine {

    private static final String URL_PREFIX = "jdbc:postgresql:";

    /** A class of each library that SQLite users do not need, with the library's coordinates. */
    private static final Map<String, String> NEEDED = Map.of(
            "org.postgresql.Driver", "org.postgresql:postgresql",
            "com.zaxxer.hikari.HikariDataSource", "com.zaxxer:HikariCP",
            "org.flywaydb.database.postgresql.PostgreSQLDatabaseType", "org.flywaydb:flyway-database-postgresql");

    private static final Libraries LIBRARIES = new Libraries(
            new Library(
                    "org.postgresql:postgresql",
                    "org/postgresql/",
                    "org.postgresql.Driver",
                    "42.7.7",
                    "postgresql.version"),
            new Library(
                    "com.zaxxer:HikariCP",
                    "com/zaxxer/hikari/",
                    "com.zaxxer.hikari.pool.HikariPool",
                    "5.1.0",
                    "hikaricp.version"));

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public Dialect dialect() {
        return PostgresDialect.INSTANCE;
    }

    @Override
    public boolean accepts(DatabaseLocation location) {
        return location.kind() == Kind.DATA_SOURCE || (location.url() != null && isUrl(location.url()));
    }

    @Override
    public Set<String> options(Kind kind) {
        return kind == Kind.DATA_SOURCE
                ? Set.of("isolation", "joinTransactions", "readOnly", "validateOnly", "workspace")
                : Set.of(
                        "readUrl",
                        "user",
                        "password",
                        "poolSize",
                        "connectTimeout",
                        "isolation",
                        "joinTransactions",
                        "readOnly",
                        "validateOnly",
                        "workspace");
    }

    @Override
    public boolean isUrl(String text) {
        return text.startsWith(URL_PREFIX);
    }

    @Override
    public boolean canRead(String url) {
        return PostgresServer.canRead(url);
    }

    @Override
    public @Nullable String respelled(String scheme) {
        return switch (scheme) {
            case "postgres", "postgresql" ->
                "begins with " + scheme + ":; write it as " + URL_PREFIX
                        + "//host/database, with user and password as parameters or options of their own";
            case "jdbc:postgresql" -> "has to begin with " + URL_PREFIX + ", in small letters and without spaces";
            default -> null;
        };
    }

    @Override
    public String example() {
        return URL_PREFIX + "//host/database for a PostgreSQL server";
    }

    @Override
    public String migrationSql(@Nullable MigrationSet set, long from, long to) {
        return MigrationScript.of(
                PostgresMigrator.packaged(set),
                from,
                to,
                name() + ", in the schema that is first in search_path",
                List.of("BEGIN"),
                "timestamp NOT NULL DEFAULT now()");
    }

    @Override
    public OpenedStore open(DatabaseLocation location, DatabaseOptions options) {
        requireLibraries();
        return checked(() -> opened(new PostgresServer(location, options), location.workspace()));
    }

    private static OpenedStore opened(PostgresServer server, @Nullable String schema) {
        PostgresMigrator migrator = new PostgresMigrator(server, schema);
        List<String> applied = migrator.migrateOrCheck();
        PostgresStore store = new PostgresStore(new PostgresPools(server), true, schema, migrator.schema());
        return new OpenedStore(
                server.options().readOnly() ? new ReadOnlyStore(store, server.name()) : store,
                null,
                schema,
                migrator.latestVersion(),
                migrator.sets(),
                applied);
    }

    @Override
    public WorkspaceHost openWorkspaces(DatabaseLocation location, DatabaseOptions options) {
        requireLibraries();
        return new PostgresWorkspaces(new PostgresServer(location, options));
    }

    /**
     * Runs PostgreSQL work.
     *
     * @throws UnavailableException if a library is too old; it names the library, the versions, and what sets
     *     its version
     */
    public static <T> T checked(Supplier<T> work) {
        return LIBRARIES.checked(work);
    }

    /**
     * Checks that the optional libraries are there.
     *
     * @throws UnavailableException if they are not; it names what to add
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
            Class.forName(className, false, PostgresEngine.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
