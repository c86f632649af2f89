package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Why migrations stopped, if they are not at fault themselves. */
final class StoppedMigration {

    private StoppedMigration() {}

    /**
     * Why a migration failed; null if the migration itself is the reason. The server has rolled it back,
     * unless the outcome is unknown.
     *
     * @param advice what to do about rights that the role lacks
     */
    static @Nullable StorageException explain(String name, String file, SQLException e, String advice) {
        return switch (PostgresErrors.classify(e).kind()) {
            case BUSY, SERIALIZATION ->
                new BusyException(
                        name + ": " + file
                                + " waited for busyTimeout for a table that another transaction has locked, and was"
                                + " rolled back; end that transaction and open the database again, or raise"
                                + " busyTimeout: "
                                + PostgresErrors.serverText(e),
                        e);
            case CONNECTION_LOST, NODE_AWAY ->
                new UnavailableException(
                        name + ": the connection was lost during " + file
                                + ", which was stored as a whole or not at all;"
                                + " open the database again, which continues from there: "
                                + PostgresErrors.serverText(e),
                        e);
            case DENIED, NO_CONNECTION_LEFT, FULL, UNAVAILABLE, UNUSABLE, READ_ONLY, CORRUPT ->
                PostgresErrors.unusable(name + ": " + file + " was rolled back", e, advice);
            default -> null;
        };
    }
}
