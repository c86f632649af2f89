package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.query.RunningStatement;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.ExecuteContext;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/**
 * Reports when a statement of jOOQ runs, so that it can be cancelled: while the driver executes it, and while
 * the driver fetches the next row, but not while the caller uses a row.
 */
public final class WatchedStatements {

    /** The key under which a jOOQ scope holds the session of its running statement. */
    private static final Object RUNNING = new Object();

    private WatchedStatements() {}

    /** The connection of a session for the caller's SQL. A jOOQ scope finds the session through it. */
    public static class SessionConnection extends DefaultConnection {

        private final Session session;

        public SessionConnection(Session session) {
            super(session.connection());
            this.session = session;
            session.runsCallersSql();
        }

        Session session() {
            return session;
        }

        /** jOOQ's wrappers delegate here. */
        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return type == SessionConnection.class ? type.cast(this) : super.unwrap(type);
        }
    }

    /** Must run before the driver executes. */
    static void begin(ExecuteContext context) {
        try {
            Session session =
                    context.connection().unwrap(SessionConnection.class).session();
            String sql = String.valueOf(context.sql());
            boolean isSelect = SqlText.onlySelects(sql);
            session.runsStatement(isSelect);
            if (!isSelect && SqlText.hasPragma(sql)) {
                session.runsPragma();
            }
            session.running().begin();
            context.data(RUNNING, session);
        } catch (SQLException e) {
            throw new IllegalStateException("a statement over a connection that is not the library's", e);
        }
    }

    /** Must run after the driver has executed: the effect of the statement is final. */
    static void endReturned(ExecuteContext context) {
        if (context.data().remove(RUNNING) instanceof Session session) {
            session.running().endReturned();
            ResultSet rows = context.resultSet();
            if (rows != null) {
                context.resultSet(new Rows(session.dialect().ofUtf8(rows), session.running()));
            }
        }
    }

    /** Must run after the execution failed. Does nothing the second time, or after {@link #endReturned}. */
    static @Nullable StatementCancelledException end(ExecuteContext context) {
        if (!(context.data().remove(RUNNING) instanceof Session session)) {
            return null;
        }
        try {
            session.running().end();
        } catch (StatementCancelledException e) {
            return e;
        }
        return null;
    }

    /** Reports each fetch of a row as running. */
    private static final class Rows extends DefaultResultSet {

        private final RunningStatement running;
        private final long statement;

        Rows(ResultSet rows, RunningStatement running) {
            super(rows);
            this.running = running;
            this.statement = running.number();
        }

        @Override
        public boolean next() throws SQLException {
            running.resume(statement);
            try {
                return super.next();
            } finally {
                running.end();
            }
        }
    }
}
