package dev.modelscan.storage.internal.query;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection and the statements that it keeps prepared, for each schema that it serves. One thread uses it at a time.
 *
 * <p>Statements of one schema are at most as many as the library has compiled queries. With many schemas, those of the one that
 * was used least recently are closed before there are more than {@link #MOST_STATEMENTS}.
 */
public final class Session implements AutoCloseable {

    /**
     * A statement costs a PostgreSQL session 34 KB with its plan, and this process 3 KB. A workspace that is used in every way has
     * a hundred of them, one that is used in a few ways about ten.
     */
    static final int MOST_STATEMENTS = 400;

    private final Connection connection;
    private final Dialect dialect;
    private final Map<String, @Nullable Execution<?>[]> bySchema = new LinkedHashMap<>(8, 0.75f, true);
    private @Nullable String schema;
    private @Nullable Execution<?>[] executions = new Execution<?>[128];
    private int prepared;
    private final RunningStatement running = new RunningStatement();
    private long charactersMoved;
    private boolean ranCallersSql;
    private boolean ranPragma;
    private boolean shared;

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

    /** Queries are about tables of that schema from now on, given as it stands in SQL. */
    public void use(@Nullable String wanted) {
        if (Objects.equals(wanted, schema)) {
            return;
        }
        // Whatever needs memory comes first, so that an Error changes nothing.
        @Nullable Execution<?>[] known = wanted == null ? null : bySchema.get(wanted);
        @Nullable Execution<?>[] next = known == null ? new Execution<?>[16] : known;
        if (schema != null) {
            bySchema.put(schema, executions);
        }
        if (known != null) {
            bySchema.remove(wanted);
        }
        schema = wanted;
        executions = next;
    }

    @Nullable
    String schema() {
        return schema;
    }

    /** How many statements it keeps. */
    int prepared() {
        return prepared;
    }

    /**
     * A fresh execution of a query: set its parameters, then call one of its ending methods, which give the statement back.
     */
    public <R> Execution<R> query(CompiledQuery<R> query) throws SQLException {
        int slot = query.slot();
        if (slot >= executions.length) {
            executions = Arrays.copyOf(executions, Math.max(16, slot * 2));
        }
        @SuppressWarnings("unchecked") // A slot belongs to one query, which made what is in it.
        Execution<R> execution = (Execution<R>) executions[slot];
        if (execution == null) {
            makeRoom();
            execution = new Execution<>(this, query);
            executions[slot] = execution;
            prepared++;
        }
        return execution.begin();
    }

    /** What is in use just now is not in the map. */
    private void makeRoom() throws SQLException {
        Iterator<@Nullable Execution<?>[]> oldest = bySchema.values().iterator();
        while (prepared >= MOST_STATEMENTS && oldest.hasNext()) {
            @Nullable Execution<?>[] unused = oldest.next();
            oldest.remove();
            close(unused);
        }
    }

    /** Another client may have the server's session after the next transaction. */
    public void share() {
        shared = true;
    }

    /** Whether {@link #share} was called. */
    public boolean isShared() {
        return shared;
    }

    /** Whether SQL of a caller's own may have run since the last {@link #takeRanCallersSql}. */
    public boolean ranCallersSql() {
        return ranCallersSql;
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
        if (executions[slot] != null) {
            executions[slot] = null;
            prepared--;
        }
    }

    /** Closes the statements that it keeps. */
    public void closeStatements() throws SQLException {
        close(executions);
        for (@Nullable Execution<?>[] unused : bySchema.values()) {
            close(unused);
        }
        bySchema.clear();
    }

    private void close(@Nullable Execution<?>[] all) throws SQLException {
        for (int slot = 0; slot < all.length; slot++) {
            Execution<?> execution = all[slot];
            all[slot] = null;
            if (execution != null) {
                prepared--;
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
