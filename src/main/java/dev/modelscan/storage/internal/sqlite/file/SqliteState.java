package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.internal.query.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a caller's own SQL can leave behind on a SQLite connection, and what would change the work of others. */
public final class SqliteState {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteState.class);

    private static final String SETTINGS =
            "SELECT concat_ws(' ', (SELECT count(*) FROM temp.sqlite_schema), (SELECT count(*) FROM pragma_database_list),"
                    + " foreign_keys, defer_foreign_keys, ignore_check_constraints, recursive_triggers, query_only, synchronous,"
                    + " cache_size, max_page_count, locking_mode, secure_delete, timeout)"
                    + " FROM pragma_foreign_keys, pragma_defer_foreign_keys, pragma_ignore_check_constraints,"
                    + " pragma_recursive_triggers, pragma_query_only, pragma_synchronous, pragma_cache_size,"
                    + " pragma_max_page_count, pragma_locking_mode, pragma_secure_delete,"
                    + " pragma_busy_timeout";

    private final Session session;
    private final PreparedStatement settings;
    private final String asOpened;

    /** The state of a session that no caller's SQL has used yet. */
    public SqliteState(Session session) throws SQLException {
        this.session = session;
        this.settings = session.connection().prepareStatement(SETTINGS);
        this.asOpened = settings();
    }

    /**
     * Whether the connection has the settings that it was opened with, and no table of its own. Foreign keys whose checks a caller's
     * SQL has put off to the commit count as a setting; what others would add would be checked there, too. Most settings cannot be
     * asked for, so any PRAGMA of a caller's counts as a change.
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
