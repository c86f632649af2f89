package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.SqliteMigrator;
import dev.modelscan.storage.internal.sqlite.SqliteSchema;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.transfer.LeftBehind;
import dev.modelscan.storage.transfer.LeftBehindException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the library's migrations and the application's sets made in a source, and what else is there. */
final class SourceSchema {

    private final String name;
    private final Set<String> leaveBehind;
    private final MigrationPlan plan;
    private final SqliteSchema known;

    SourceSchema(TransferRequest request) {
        this.name = request.source().toAbsolutePath().normalize().toString();
        this.leaveBehind = request.leaveBehind();
        this.plan = SqliteMigrator.plan(request.server().options());
        this.known = plan.hasSets() ? SqliteSchema.of(plan) : SqliteSchema.library();
    }

    boolean hasSets() {
        return plan.hasSets();
    }

    /** Checks that a source has all migrations, and none that is newer. */
    void requireCurrent(SqliteConnections connections) {
        new SqliteMigrator(connections, plan, Duration.ZERO).requireCurrent();
    }

    /** What will be left behind. */
    List<LeftBehind> leftBehind(Connection source) throws SQLException {
        return NotCarried.in(source, known, leaveBehind);
    }

    /**
     * Checks that the caller agreed to leave all of it behind.
     *
     * @throws LeftBehindException if not
     */
    void requireNamed(List<LeftBehind> found) {
        NotCarried.requireNamed(found, leaveBehind, name);
    }

    /** The application's tables that will be copied. */
    CarriedTables carried(Connection source) throws SQLException {
        return CarriedTables.read(source, plan, known, leaveBehind);
    }
}
