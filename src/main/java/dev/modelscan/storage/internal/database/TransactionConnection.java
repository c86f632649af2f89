package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.internal.dsl.DslContexts;
import dev.modelscan.storage.internal.dsl.SqlText;
import dev.modelscan.storage.internal.dsl.WatchedStatements.SessionConnection;
import dev.modelscan.storage.internal.query.Session;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a transaction that a caller's function gets. It rejects everything that ends the
 * transaction or changes the connection for its next user. If the transaction has ended anyway, its
 * statements do not run.
 *
 * <p>{@code unwrap} returns the driver's connection, for features that only the driver has. What the caller
 * does with it is checked afterwards.
 */
final class TransactionConnection extends SessionConnection {

    /** The methods whose drivers run a text of several statements to its end. */
    private static final Set<String> RUNS_ALL = Set.of("executeUpdate", "executeLargeUpdate");

    private final Session session;
    private final CallersTransaction transaction;

    TransactionConnection(Session session, CallersTransaction transaction) {
        super(session);
        this.session = session;
        this.transaction = transaction;
    }

    private static IllegalStateException refused() {
        return new IllegalStateException(CallersTransaction.HINT);
    }

    private static IllegalStateException notItsOwn(String what) {
        return new IllegalStateException("the connection of a tx belongs to the library: " + what);
    }

    @Override
    public void commit() {
        throw refused();
    }

    @Override
    public void rollback() {
        throw refused();
    }

    @Override
    public void rollback(Savepoint savepoint) {
        throw refused();
    }

    @Override
    public Savepoint setSavepoint() {
        throw refused();
    }

    @Override
    public Savepoint setSavepoint(String name) {
        throw refused();
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) {
        throw refused();
    }

    @Override
    public void setAutoCommit(boolean autoCommit) {
        throw refused();
    }

    @Override
    public void close() {
        throw notItsOwn("it closes it");
    }

    @Override
    public void abort(Executor executor) {
        throw notItsOwn("it closes it");
    }

    @Override
    public void setReadOnly(boolean readOnly) {
        throw notItsOwn("a tx reads and writes");
    }

    @Override
    public void setTransactionIsolation(int level) {
        throw notItsOwn("say withTx(Isolation, ...) instead");
    }

    @Override
    public void setSchema(String schema) {
        throw notItsOwn("name the schema in the statement");
    }

    @Override
    public void setCatalog(String catalog) {
        throw notItsOwn("name the schema in the statement");
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) {
        throw notItsOwn("queryTimeout bounds its statements");
    }

    @Override
    public void setHoldability(int holdability) {
        throw notItsOwn("its rows end with the tx");
    }

    @Override
    @SuppressWarnings("unchecked") // isInstance checks it.
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? (T) this : super.unwrap(type);
    }

    @Override
    public Statement createStatement() throws SQLException {
        transaction.requireOpen();
        return watched(Statement.class, super.createStatement());
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        transaction.requireOpen();
        return watched(Statement.class, super.createStatement(type, concurrency));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        transaction.requireOpen();
        return watched(Statement.class, super.createStatement(type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        requireAllowed(sql);
        return watched(PreparedStatement.class, super.prepareStatement(sql));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int keys) throws SQLException {
        requireAllowed(sql);
        return watched(PreparedStatement.class, super.prepareStatement(sql, keys));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
        requireAllowed(sql);
        return watched(PreparedStatement.class, super.prepareStatement(sql, columns));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
        requireAllowed(sql);
        return watched(PreparedStatement.class, super.prepareStatement(sql, columns));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        requireAllowed(sql);
        return watched(PreparedStatement.class, super.prepareStatement(sql, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        requireAllowed(sql);
        return watched(PreparedStatement.class, super.prepareStatement(sql, type, concurrency, holdability));
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        requireAllowed(sql);
        return watched(CallableStatement.class, super.prepareCall(sql));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        requireAllowed(sql);
        return watched(CallableStatement.class, super.prepareCall(sql, type, concurrency));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        requireAllowed(sql);
        return watched(CallableStatement.class, super.prepareCall(sql, type, concurrency, holdability));
    }

    private void requireAllowed(String sql) {
        requireKeepsTransaction(sql);
        SqlText.requireOneStatement(sql);
    }

    private void requireKeepsTransaction(String sql) {
        transaction.requireOpen();
        if (SqlText.controlsTransaction(sql)) {
            throw refused();
        }
        SqlText.requirePreparesNothing(sql);
        if (session.isShared()) {
            DslContexts.SharedSession.requireLeavesNothing(sql);
        }
        if (SqlText.hasPragma(sql)) {
            session.runsPragma();
        }
    }

    private <S extends Statement> S watched(Class<S> type, S statement) {
        return type.cast(Proxy.newProxyInstance(
                TransactionConnection.class.getClassLoader(), new Class<?>[] {type}, new WatchedStatement(statement)));
    }

    /** Checks the state of the transaction before and after each execution. */
    private final class WatchedStatement implements InvocationHandler {

        private final Statement statement;

        WatchedStatement(Statement statement) {
            this.statement = statement;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            String name = method.getName();
            if (name.equals("getConnection")) {
                return TransactionConnection.this;
            }
            boolean executes = name.startsWith("execute");
            if (executes || name.equals("addBatch")) {
                if (arguments != null && arguments.length > 0 && arguments[0] instanceof String sql) {
                    requireKeepsTransaction(sql);
                    if (!RUNS_ALL.contains(name)) {
                        SqlText.requireOneStatement(sql);
                    }
                } else {
                    transaction.requireOpen();
                }
            }
            Object result;
            try {
                result = method.invoke(statement, arguments);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
            if (executes) {
                transaction.requireOpen();
            }
            return result;
        }
    }
}
