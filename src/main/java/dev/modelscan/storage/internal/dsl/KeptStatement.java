package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * A select of {@code db.dsl()} that its connection keeps prepared when jOOQ closes it. jOOQ prepares at each execution, which
 * took a quarter of a query of one row.
 */
final class KeptStatement extends DefaultPreparedStatement {

    private final Session session;
    private final String sql;
    private final PreparedStatement statement;
    private @Nullable ResultSet rows;
    private boolean executed;
    private boolean closed;

    KeptStatement(Session session, String sql, Connection connection) throws SQLException {
        this(session, sql, session.take(sql), connection);
    }

    private KeptStatement(Session session, String sql, PreparedStatement statement, Connection connection) {
        super(statement, connection);
        this.session = session;
        this.sql = sql;
        this.statement = statement;
    }

    @Override
    public boolean execute() throws SQLException {
        executed = false;
        rows = null;
        boolean hasRows = super.execute();
        executed = true;
        return hasRows;
    }

    @Override
    protected ResultSet wrap(ResultSet result) {
        rows = result;
        return result;
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        // Without its rows closed, the statement would hold a snapshot.
        if (rows != null) {
            rows.close();
        }
        if (executed && rows != null && !statement.isClosed() && hasNoLimits()) {
            statement.clearParameters();
            session.giveBack(sql, statement);
        } else {
            statement.close();
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return closed || super.isClosed();
    }

    /** What a caller set, such as {@code maxRows}, would be the next query's too. */
    private boolean hasNoLimits() throws SQLException {
        return statement.getMaxRows() == 0 && statement.getQueryTimeout() == 0 && statement.getFetchSize() == 0;
    }
}
