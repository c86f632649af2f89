package dev.modelscan.storage.internal.query;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A connection and the statements that it keeps prepared. One thread uses it at a time.
 *
 * <p>The number of statements is that of the library's compiled queries, so nothing has to be evicted.
 */
public final class Session implements AutoCloseable {

    private final Connection connection;
    private final Dialect dialect;
    private @Nullable Execution<?>[] executions = new Execution<?>[128];
    private final RunningStatement running = new RunningStatement();
    private long charactersMoved;
    private boolean ranCallersSql;
    private boolean ranPragma;

    /** Takes over the connection, and closes it with the session. */
    public Session(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** The connection itself, for what is not a compiled query. */
    public Connection connection() {
        return connection;
    }

    /** What it runs just now. Whoever uses the connection itself says so there, or cannot be stopped. */
    public RunningStatement running() {
        return running;
    }

    /** What differs between engines. */
    public Dialect dialect() {
        return dialect;
    }

    /**
     * A fresh execution of a query: set its parameters, then call one of its ending methods, which give the statement back.
     */
    public <R> Execution<R> query(CompiledQuery<R> query) throws SQLException {
        int slot = query.slot();
        if (slot >= executions.length) {
            executions = Arrays.copyOf(executions, slot * 2);
        }
        @SuppressWarnings("unchecked") // A slot belongs to one query, which made what is in it.
        Execution<R> execution = (Execution<R>) executions[slot];
        if (execution == null) {
            execution = new Execution<>(this, query);
            executions[slot] = execution;
        }
        return execution.begin();
    }

    /** Called before SQL of a caller's own may run, which can leave anything on the connection. */
    public void runsCallersSql() {
        ranCallersSql = true;
    }

    /** Called where a caller's own SQL is a PRAGMA, most of which cannot be asked for afterwards. */
    public void runsPragma() {
        ranPragma = true;
    }

    /** Whether {@link #runsPragma} was called since the last call. */
    public boolean takeRanPragma() {
        boolean ran = ranPragma;
        ranPragma = false;
        return ran;
    }

    /** Whether {@link #runsCallersSql} was called since the last call. */
    public boolean takeRanCallersSql() {
        boolean ran = ranCallersSql;
        ranCallersSql = false;
        return ran;
    }

    void moved(long characters) {
        charactersMoved += characters;
    }

    /** How much text compiled queries bound, or read one column at a time as RETURNING does, since the last call. */
    public long takeCharactersMoved() {
        long characters = charactersMoved;
        charactersMoved = 0;
        return characters;
    }

    void forget(int slot) {
        executions[slot] = null;
    }

    /** Closes the statements that it keeps. */
    public void closeStatements() throws SQLException {
        for (int slot = 0; slot < executions.length; slot++) {
            Execution<?> execution = executions[slot];
            executions[slot] = null;
            if (execution != null) {
                execution.closeStatement();
            }
        }
    }

    /** Closes all statements and the connection. */
    @Override
    public void close() throws SQLException {
        try (connection) {
            closeStatements();
        }
    }
}
