package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.dsl.WatchedStatements.SessionConnection;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.observation.ObservedStatements;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.JooqSettings;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.TransactionContext;
import org.jooq.TransactionListener;
import org.jooq.TransactionProvider;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** jOOQ for the caller's queries, with the library's connections and exceptions. */
public final class DslContexts {

    private static final Logger SQL = LoggerFactory.getLogger("dev.modelscan.storage.sql");

    private DslContexts() {}

    /** Uses read-only connections. A transaction is a snapshot: it always reads the same state. */
    public static DSLContext reading(Store store) {
        FailedCommits commits = new FailedCommits(store);
        ConnectionProvider provider = new ConnectionProvider() {
            @Override
            public Connection acquire() {
                return new Watched(store.acquireReader());
            }

            @Override
            public void release(Connection connection) {
                store.releaseReader(((SessionConnection) connection).session());
            }
        };
        return DSL.using(configuration(store, false, () -> {}, e -> {})
                .set(provider)
                .set(commits)
                .deriveAppending(new SettingsRefused(store.dialect())));
    }

    /**
     * Turns a failed commit into one of the library's exceptions. jOOQ commits on the connection, where no
     * {@link ExecuteListener} sees the failure, and would wrap the exception.
     */
    private static final class FailedCommits implements TransactionListener {

        // A transaction runs on one thread.
        private static final ThreadLocal<SQLException> FAILURE = new ThreadLocal<>();

        private final Store store;

        FailedCommits(Store store) {
            this.store = store;
        }

        @Override
        public void commitStart(TransactionContext context) {
            FAILURE.remove();
        }

        @Override
        public void commitEnd(TransactionContext context) {
            SQLException e = FAILURE.get();
            if (e != null) {
                FAILURE.remove();
                throw store.classify(e).toException(null, null);
            }
        }
    }

    /** A connection that jOOQ uses: tells the session what may need attention when a caller's work ends. */
    private static final class Watched extends SessionConnection {

        Watched(Session session) {
            super(session);
        }

        /** jOOQ prepares its own statements, so this one is the caller's, and may run a PRAGMA. */
        @Override
        public Statement createStatement() throws SQLException {
            session().runsPragma();
            return super.createStatement();
        }

        @Override
        public PreparedStatement prepareStatement(String sql) throws SQLException {
            if (SqlText.onlySelects(sql)) {
                return session().dialect().keepsStatements()
                        ? new KeptStatement(session(), sql, this)
                        : super.prepareStatement(sql);
            }
            session().runsStatement(false);
            if (SqlText.hasPragma(sql)) {
                session().runsPragma();
            }
            return super.prepareStatement(sql);
        }

        /** In a transaction the caller can use the connection without jOOQ. */
        @Override
        public void setAutoCommit(boolean autoCommit) throws SQLException {
            session().runsStatement(false);
            super.setAutoCommit(autoCommit);
        }

        @Override
        public void commit() throws SQLException {
            try {
                super.commit();
            } catch (SQLException e) {
                FailedCommits.FAILURE.set(e);
                throw e;
            }
        }
    }

    /**
     * Rejects settings and transaction control in {@code db.dsl()}: each query gets any free connection, and
     * its settings end with it. This protects against mistakes only. If SQL hides a setting, the setting is
     * undone before the next use.
     */
    private static final class SettingsRefused implements ExecuteListener {

        private static final long serialVersionUID = 1L;

        private final transient Dialect dialect;

        SettingsRefused(Dialect dialect) {
            this.dialect = dialect;
        }

        @Override
        public void prepareStart(ExecuteContext context) {
            String sql = String.valueOf(context.sql());
            if (SqlText.setsSomething(sql) || SqlText.controlsTransaction(sql)) {
                throw refused("db.dsl() only reads");
            }
            SqlText.requirePreparesNothing(sql);
            SqlText.requireOneStatement(sql);
        }

        /** Asks the connection, because the text of a statement cannot show everything that it does. */
        @Override
        public void executeEnd(ExecuteContext context) {
            try {
                if (!dialect.isReading(context.connection())) {
                    throw refused("this SQL ended the transaction in which db.dsl() reads");
                }
            } catch (SQLException e) {
                throw new IllegalStateException("a statement over a connection that is not the library's", e);
            }
        }

        private static ReadOnlyException refused(String what) {
            return new ReadOnlyException(
                    what
                            + ", and each query over another connection: it sets nothing, and begins and ends no transaction."
                            + " Use dsl().transactionResult(...) for a snapshot, db.useTx(...) for the rest",
                    null,
                    null);
        }
    }

    /**
     * On the connection of a transaction. {@code open} gets the statements to close when the transaction
     * ends.
     */
    public static DSLContext writing(
            Store store,
            Session session,
            Connection connection,
            Runnable requireUsable,
            Consumer<? super StorageException> refused,
            OpenStatements open) {
        Configuration configuration = configuration(store, true, requireUsable, refused)
                .set(connection)
                .set(new NoTransactions())
                .deriveAppending(open);
        return DSL.using(session.isShared() ? configuration.deriveAppending(new SharedSession()) : configuration);
    }

    /**
     * On a connection of the caller's, whose search_path stays as it is. So the library's tables are rendered with
     * their schema.
     */
    public static DSLContext joined(
            Store store,
            Session session,
            Connection connection,
            Runnable requireUsable,
            Consumer<? super StorageException> refused,
            OpenStatements open) {
        DSLContext dsl = writing(store, session, connection, requireUsable, refused, open);
        String schema = session.schema();
        return schema == null ? dsl : DSL.using(dsl.configuration().deriveAppending(new SchemaNames(schema)));
    }

    private static Configuration configuration(
            Store store, boolean writes, Runnable before, Consumer<? super StorageException> refused) {
        Configuration configuration = new DefaultConfiguration()
                .set(store.dialect().jooq())
                .set(JooqSettings.create())
                .set(new CheckedParts())
                .set(new Errors(store, writes, before, refused));
        return store.options().listeners().isEmpty()
                ? configuration
                : configuration.deriveAppending(new ObservedStatements(store));
    }

    /**
     * Rejects statements that leave something in a session which a pooler shares: other clients would get it,
     * and the library could not undo it. This protects against mistakes only.
     */
    public static final class SharedSession implements ExecuteListener {

        private static final long serialVersionUID = 1L;

        private static final String SETTING =
                "(set\\s+(?!local\\b|constraints\\b|transaction\\b)|reset\\b|discard\\b|(un)?listen\\b|prepare\\b|load\\b"
                        + "|declare\\b[^;]*\\bwith\\s+hold\\b)";

        private static final Pattern LEAVES = Pattern.compile(
                "\\s*+(?:(?:/\\*.*?\\*/|--[^\\n]*\\n)\\s*+)*+" + SETTING + ".*"
                        + "|\\s*+do\\b.*(\\bbegin|\\bthen|\\belse|\\bloop|;|\\bexecute\\s*\\(?\\s*')\\s*" + SETTING
                        + ".*"
                        + "|.*\\bset_config\\s*\\([^;]*,\\s*(false|'f(alse)?')\\s*\\).*"
                        + "|.*\\bpg_(try_)?advisory_lock(_shared)?\\s*\\(.*",
                Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

        @Override
        public void executeStart(ExecuteContext context) {
            requireLeavesNothing(String.valueOf(context.sql()));
        }

        public static void requireLeavesNothing(String sql) {
            if (LEAVES.matcher(sql).matches()) {
                throw new IllegalStateException(
                        "a pooler stands between this program and the server, and gives the session to another client after"
                                + " the transaction: use SET LOCAL, set_config(..., true) or pg_advisory_xact_lock, which end with"
                                + " it");
            }
        }
    }

    /** Translates the driver's exceptions, logs each statement, and lets it be cancelled. */
    private static final class Errors implements ExecuteListener {

        private static final long serialVersionUID = 1L;

        private final transient Store store;
        private final boolean writes;
        private final transient Runnable before;
        private final transient Consumer<? super StorageException> refused;

        Errors(Store store, boolean writes, Runnable before, Consumer<? super StorageException> refused) {
            this.store = store;
            this.writes = writes;
            this.before = before;
            this.refused = refused;
        }

        @Override
        public void start(ExecuteContext context) {
            before.run();
        }

        @Override
        public void executeStart(ExecuteContext context) {
            if (SQL.isDebugEnabled()) {
                SQL.debug(context.sql());
            }
            requireValues(context);
            WatchedStatements.begin(context);
        }

        /** In a built query, too: it may contain SQL that is a text. */
        private void requireValues(ExecuteContext context) {
            PreparedStatement statement = context.statement();
            try {
                if (statement != null) {
                    store.dialect().requireValues(statement, CheckedParts.values(context));
                }
            } catch (UnsupportedOperationException e) {
                requireNoParameters(context);
            } catch (SQLException e) {
                throw translate(e);
            }
        }

        /** For what jOOQ sends as a text, with its values in it: a driver tells the parameters of prepared statements alone. */
        private void requireNoParameters(ExecuteContext context) {
            for (String sql : context.batchSQL()) {
                try (PreparedStatement prepared = prepared(context, sql)) {
                    if (prepared != null) {
                        store.dialect().requireValues(prepared, 0);
                    }
                } catch (SQLException e) {
                    throw translate(e);
                }
            }
        }

        /** Null if it cannot be prepared: it is wrong, or uses what an earlier statement of its batch creates. */
        private static @Nullable PreparedStatement prepared(ExecuteContext context, String sql) {
            try {
                return context.connection()
                        .unwrap(SessionConnection.class)
                        .session()
                        .connection()
                        .prepareStatement(sql);
            } catch (SQLException e) {
                SQL.trace("sent as a text, and not prepared", e);
                return null;
            }
        }

        @Override
        public void executeEnd(ExecuteContext context) {
            WatchedStatements.endReturned(context);
        }

        @Override
        public void exception(ExecuteContext context) {
            StatementCancelledException cancelled = WatchedStatements.end(context);
            SQLException e = cancelled == null ? context.sqlException() : cancelled;
            if (e != null) {
                // jOOQ wraps what was thrown while it read a value.
                context.exception(e.getCause() instanceof StorageException own ? own : translate(e));
            }
        }

        private StorageException translate(SQLException e) {
            Failure failure = store.classify(e);
            StorageException translated = (writes ? failure.whileWriting() : failure).toException(null, null);
            refused.accept(translated);
            return translated;
        }
    }

    /** Rejects transactions of jOOQ: they would commit or roll back the library's transaction. */
    private static final class NoTransactions implements TransactionProvider {

        @Override
        public void begin(TransactionContext context) {
            throw new IllegalStateException("the tx is the transaction; to nest, use tx.withTx");
        }

        @Override
        public void commit(TransactionContext context) {
            begin(context);
        }

        @Override
        public void rollback(TransactionContext context) {
            begin(context);
        }
    }
}
