package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.SimpleDataSource;
import dev.modelscan.storage.internal.migrate.PackagedMigrations.Packaged;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.jspecify.annotations.Nullable;

/** Runs Flyway, configured to fail in cases that it ignores by default. */
public final class FlywayRun {

    /** Flyway takes these words for the parts of a trigger or an expression, also where they are names. */
    private static final Pattern UNREAD = Pattern.compile("Unable to parse statement in (.+?) at line (\\d+)");

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

    /**
     * Migrates a SQLite database in the transaction that BEGIN began on this connection. Returns the scripts'
     * names. After a failure the caller rolls back.
     */
    public static List<String> migrate(Connection connection, String name, MigrationPlan plan) {
        Connections connections = () -> FlywayConnection.afterBegin(connection);
        return migrate(connections, name, plan, null, (file, e) -> null, new ForeignKeyCheck());
    }

    /**
     * Migrates a server's schema in the connection's transaction, whose search_path is that schema. Returns
     * the scripts' names. A failure rolls back.
     */
    public static List<String> migrate(
            Connection connection, String name, MigrationPlan plan, String schema, Reasons reasons) {
        return migrate(() -> FlywayConnection.onServer(connection), name, plan, schema, reasons, new Callback[0]);
    }

    private static List<String> migrate(
            Connections connections,
            String name,
            MigrationPlan plan,
            @Nullable String schema,
            Reasons reasons,
            Callback... callbacks) {
        List<String> applied = new ArrayList<>();
        for (PackagedMigrations packaged : plan.all()) {
            FlywayLogs.begin();
            try {
                Flyway flyway = configure(packaged, schema)
                        .dataSource(new OwnConnections(connections))
                        .callbacks(callbacks)
                        .load();
                requireRunnable(name, packaged, flyway);
                MigrateResult result = flyway.migrate();
                result.migrations.forEach(each -> applied.add(packaged.label(each.filepath)));
            } catch (FlywayException e) {
                SQLException driver = Failure.driverException(e);
                StorageException explained = driver == null ? null : reasons.explain(file(packaged, e), driver);
                throw explained == null ? failed(name, packaged, e) : explained;
            } finally {
                FlywayLogs.end();
            }
        }
        return List.copyOf(applied);
    }

    /** A file that was applied before is not refused. */
    private static void requireRunnable(String name, PackagedMigrations packaged, Flyway flyway) {
        List<Packaged> doubtful = packaged.migrations().stream()
                .filter(migration -> migration.problem() != null)
                .toList();
        if (doubtful.isEmpty()) {
            return;
        }
        Set<String> pending = Arrays.stream(flyway.info().pending())
                .map(MigrationInfo::getScript)
                .collect(Collectors.toSet());
        for (Packaged migration : doubtful) {
            if (pending.contains(migration.script())) {
                throw new SchemaException(
                        name + ": migration " + packaged.label(migration) + ", " + migration.problem()
                                + ". The database is as it was",
                        null);
            }
        }
    }

    private static FluentConfiguration configure(PackagedMigrations packaged, @Nullable String schema) {
        return Flyway.configure(FlywayRun.class.getClassLoader())
                .defaultSchema(schema)
                .createSchemas(false)
                .locations(new String[0])
                .resourceProvider(new PackagedResources(packaged))
                .table(packaged.historyTable())
                // A set begins in a schema that has the library's tables. Its own versions begin at 1.
                .baselineOnMigrate(packaged.set() != null)
                .baselineVersion("0")
                .ignoreMigrationPatterns(new String[0])
                .validateMigrationNaming(true)
                // The history was compared already, with either checksum of a file.
                .validateOnMigrate(false)
                // What runs is the text as its checksum has it.
                .placeholderReplacement(false)
                .mixed(false)
                .group(false)
                .loggers(FlywayLogs.name());
    }

    private static String file(PackagedMigrations packaged, FlywayException flyway) {
        for (Throwable t = flyway; t != null; t = t.getCause()) {
            if (t instanceof FlywaySqlScriptException script) {
                return file(packaged, script);
            }
        }
        return "a migration";
    }

    /** Flyway makes the history by a script without a name. */
    private static String file(PackagedMigrations packaged, FlywaySqlScriptException script) {
        String file = script.getResource() == null ? "" : script.getResource().getFilename();
        return file.isBlank() ? "the creation of " + packaged.historyTable() : "migration " + packaged.label(file);
    }

    private static StorageException failed(String name, PackagedMigrations packaged, FlywayException flyway) {
        for (Throwable t = flyway; t != null; t = t.getCause()) {
            if (t instanceof FlywaySqlScriptException script) {
                String reason = script.getCause() == null ? EngineText.of(script) : EngineText.of(script.getCause());
                return new SchemaException(
                        name + ": " + file(packaged, script) + ", line " + script.getLineNumber() + ", failed: "
                                + reason
                                + "\nStatement: " + script.getStatement()
                                + "\nAll migrations of this start were rolled back. Correct it, or the rows that it"
                                + " fails on, and open the database again",
                        flyway);
            }
        }
        SQLException driver = Failure.driverException(flyway);
        Matcher unread = UNREAD.matcher(String.valueOf(flyway.getMessage()));
        if (driver == null && unread.find()) {
            return new SchemaException(
                    name + ": migration " + packaged.label(unread.group(1)) + ", line " + unread.group(2)
                            + ": where the statement ends is not clear. Write a column that is called begin, case or end in"
                            + " double quotes, and check that each BEGIN and CASE has its END. The database is as it was",
                    flyway);
        }
        return new SchemaException(
                name + " could not be migrated" + (packaged.set() == null ? "" : " by migrations " + packaged.set())
                        + "; the database is as it was: "
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
