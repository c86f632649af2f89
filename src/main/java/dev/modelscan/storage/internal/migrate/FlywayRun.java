package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.SimpleDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.output.MigrateResult;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.jspecify.annotations.Nullable;

/** Runs Flyway, configured to fail in cases that it ignores by default. */
public final class FlywayRun {

    private FlywayRun() {}

    interface Connections {

        /** A new connection; the caller closes it. */
        Connection open() throws SQLException;
    }

    /** An engine's explanations of failed migrations. */
    public interface Reasons {

        /** The exception for the caller if the migration itself is not at fault; otherwise null. */
        @Nullable
        StorageException explain(String file, SQLException e);
    }

    /** Migrates a SQLite database over one connection, which stays open. Returns the scripts' names. */
    public static List<String> migrate(Connection connection, String name, PackagedMigrations packaged) {
        Connection kept = keptOpen(connection);
        return migrate(() -> kept, name, packaged, null, (file, e) -> null, new ForeignKeyCheck());
    }

    /**
     * Migrates a server's schema in the connection's transaction, whose search_path is that schema. Returns
     * the scripts' names. A failure rolls back.
     */
    public static List<String> migrate(
            Connection connection, String name, PackagedMigrations packaged, String schema, Reasons reasons) {
        return migrate(() -> FlywayConnection.inside(connection), name, packaged, schema, reasons, new Callback[0]);
    }

    private static List<String> migrate(
            Connections connections,
            String name,
            PackagedMigrations packaged,
            @Nullable String schema,
            Reasons reasons,
            Callback... callbacks) {
        FlywayLogs.begin();
        try {
            MigrateResult result = Flyway.configure(FlywayRun.class.getClassLoader())
                    .dataSource(new OwnConnections(connections))
                    .defaultSchema(schema)
                    .createSchemas(false)
                    .locations("classpath:" + packaged.location())
                    .failOnMissingLocations(true)
                    .table(SchemaState.HISTORY_TABLE)
                    .ignoreMigrationPatterns(new String[0])
                    .validateMigrationNaming(true)
                    .mixed(false)
                    .group(false)
                    .loggers(FlywayLogs.name())
                    .callbacks(callbacks)
                    .load()
                    .migrate();
            return result.migrations.stream()
                    .map(applied -> applied.filepath.substring(
                            Math.max(applied.filepath.lastIndexOf('/'), applied.filepath.lastIndexOf('\\')) + 1))
                    .toList();
        } catch (FlywayException e) {
            SQLException driver = Failure.driverException(e);
            StorageException explained = driver == null ? null : reasons.explain(file(e), driver);
            throw explained == null ? failed(name, e) : explained;
        } finally {
            FlywayLogs.end();
        }
    }

    private static String file(FlywayException flyway) {
        for (Throwable t = flyway; t != null; t = t.getCause()) {
            if (t instanceof FlywaySqlScriptException script && script.getResource() != null) {
                return "migration " + script.getResource().getFilename();
            }
        }
        return "a migration";
    }

    private static StorageException failed(String name, FlywayException flyway) {
        for (Throwable t = flyway; t != null; t = t.getCause()) {
            if (t instanceof FlywaySqlScriptException script) {
                String file = script.getResource() == null
                        ? "a migration"
                        : script.getResource().getFilename();
                String reason = script.getCause() == null ? EngineText.of(script) : EngineText.of(script.getCause());
                return new SchemaException(
                        name + ": migration " + file + ", line " + script.getLineNumber() + ", failed: " + reason
                                + "\nStatement: " + script.getStatement()
                                + "\nThe migration was rolled back. Correct it, or the rows that it fails on, and"
                                + " open the database again",
                        flyway);
            }
        }
        SQLException driver = Failure.driverException(flyway);
        return new SchemaException(
                name + " could not be migrated; the database is as it was: "
                        + EngineText.of(driver == null ? flyway : driver),
                flyway);
    }

    /**
     * Foreign keys are off while migrations run, so that a table can be rebuilt while others refer to it.
     * This checks, before each commit, that no row lost the row it refers to.
     */
    private static final class ForeignKeyCheck implements Callback {

        @Override
        public boolean supports(Event event, @Nullable Context context) {
            return event == Event.AFTER_EACH_MIGRATE;
        }

        @Override
        public boolean canHandleInTransaction(Event event, @Nullable Context context) {
            return true;
        }

        @Override
        public void handle(Event event, Context context) {
            try (Statement statement = context.getConnection().createStatement();
                    ResultSet rows = statement.executeQuery("PRAGMA foreign_key_check")) {
                if (rows.next()) {
                    throw new FlywayException("migration "
                            + context.getMigrationInfo().getScript() + " leaves row "
                            + rows.getLong(2) + " of " + rows.getString(1) + " without the row of " + rows.getString(3)
                            + " that it refers to");
                }
            } catch (SQLException e) {
                throw new FlywayException("foreign keys could not be checked", e);
            }
        }

        @Override
        public String getCallbackName() {
            return "foreign keys";
        }
    }

    /** Ignores close(): Flyway closes its connections, and an in-memory database ends with its last one. */
    private static Connection keptOpen(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                FlywayRun.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    /** Connections with the library's settings, as a data source. */
    private static final class OwnConnections extends SimpleDataSource {

        private final Connections connections;

        OwnConnections(Connections connections) {
            this.connections = connections;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return connections.open();
        }
    }
}
