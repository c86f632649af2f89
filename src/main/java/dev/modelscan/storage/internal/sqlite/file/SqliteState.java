package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.internal.query.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings of a SQLite connection that a caller's own SQL can change, and that would affect others. */
public final class SqliteState {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteState.class);

    private static final String SETTINGS =
            "SELECT concat_ws(' ', (SELECT count(*) FROM temp.sqlite_schema), (SELECT count(*) FROM pragma_database_list),"
                    + " foreign_keys, defer_foreign_keys, ignore_check_constraints, recursive_triggers, query_only, synchronous,"
                    + " cache_size, max_page_count, locking_mode, secure_delete)"
                    + " FROM pragma_foreign_keys, pragma_defer_foreign_keys, pragma_ignore_check_constraints,"
                    + " pragma_recursive_triggers, pragma_query_only, pragma_synchronous, pragma_cache_size,"
                    + " pragma_max_page_count, pragma_locking_mode, pragma_secure_delete";

    private final Session session;
    private final PreparedStatement settings;
    private String asOpened;

    /** Records the state of a session that no caller's SQL has used yet. */
    public SqliteState(Session session) throws SQLException {
        this.session = session;
        this.settings = session.connection().prepareStatement(SETTINGS);
        this.asOpened = settings();
    }

    /** To be called when the library itself has changed a setting, and a caller has changed none. */
    public void renew() throws SQLException {
        asOpened = settings();
    }

    /**
     * Whether the connection still has its original settings and no temporary table. Foreign-key checks that
     * a caller's SQL deferred to the commit count as a change, since they would also defer the checks of
     * others. Most settings cannot be queried, so any PRAGMA of a caller counts as a change.
     */
    public boolean isAsOpened() {
        try {
            return !session.takeRanPragma() && session.running().isIdle() && asOpened.equals(settings());
        } catch (SQLException e) {
            LOG.debug("the settings of a connection cannot be read", e);
            return false;
        }
    }

    private String settings() throws SQLException {
        try (ResultSet rows = settings.executeQuery()) {
            return rows.getString(1);
        }
    }
}
