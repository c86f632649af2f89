package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An empty database in memory, as the library's migrations make it. Tests open many databases in memory, and to copy this one
 * takes a tenth of the time of the migrations.
 */
final class MemoryTemplate {

    private static @Nullable MemoryTemplate made;

    private final SqliteConnections connections = SqliteConnections.toMemory(Duration.ofSeconds(1));

    /** The database lives as long as this is open. */
    @SuppressWarnings("unused")
    private final Connection kept;

    private final List<String> applied;

    private MemoryTemplate() throws SQLException {
        kept = connections.openProbe();
        applied = new SqliteMigrator(connections, MigrationPlan.of(SqliteMigrator.LOCATION, List.of()), Duration.ZERO)
                .migrateInOneTransaction();
    }

    /**
     * Copies it into an empty database in memory.
     *
     * @return the names of the migrations that made it, in order
     */
    static List<String> copyTo(SqliteConnections empty) throws SQLException {
        MemoryTemplate template = made();
        empty.copyFrom(template.connections);
        return template.applied;
    }

    private static synchronized MemoryTemplate made() throws SQLException {
        MemoryTemplate template = made;
        if (template == null) {
            template = new MemoryTemplate();
            made = template;
        }
        return template;
    }
}
