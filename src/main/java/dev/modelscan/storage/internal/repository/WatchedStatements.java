package dev.modelscan.storage.internal.repository;

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
 * Says of jOOQ's statements when they run, so that they can be cancelled: while the driver executes one, and while it looks
 * for the next row, but not while the caller looks at a row.
 */
final class WatchedStatements {

    /** Where a scope of jOOQ's keeps the statement that it executes just now. */
    private static final Object RUNNING = new Object();

    private WatchedStatements() {}

    /** A session's connection for a caller's own SQL, by which jOOQ's scopes find the session. */
    static class SessionConnection extends DefaultConnection {

        private final Session session;

        SessionConnection(Session session) {
            super(session.connection());
            this.session = session;
            session.runsCallersSql();
        }

        Session session() {
            return session;
        }

        /** What jOOQ wraps around it asks here in the end. */
        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return type == SessionConnection.class ? type.cast(this) : super.unwrap(type);
        }
    }

    /** Called before the driver executes. */
    static void begin(ExecuteContext context) {
        try {
            Session session =
                    context.connection().unwrap(SessionConnection.class).session();
            if (SqlText.hasPragma(String.valueOf(context.sql()))) {
                session.runsPragma();
            }
            RunningStatement running = session.running();
            running.begin();
            context.data(RUNNING, running);
        } catch (SQLException e) {
            throw new IllegalStateException("a statement over a connection that is not the library's", e);
        }
    }

    /** Called after the driver has executed: what the statement did stands. */
    static void endReturned(ExecuteContext context) {
        if (context.data().remove(RUNNING) instanceof RunningStatement running) {
            running.endReturned();
            ResultSet rows = context.resultSet();
            if (rows != null) {
                context.resultSet(new Rows(rows, running));
            }
        }
    }

    /** Called after the driver executed in vain. Does nothing the second time, or after {@link #endReturned}. */
    static @Nullable StatementCancelledException end(ExecuteContext context) {
        if (!(context.data().remove(RUNNING) instanceof RunningStatement running)) {
            return null;
        }
        try {
            running.end();
        } catch (StatementCancelledException e) {
            return e;
        }
        return null;
    }

    /** Rows that the driver may have to look for. */
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
