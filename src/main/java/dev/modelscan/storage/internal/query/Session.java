package dev.modelscan.storage.internal.query;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection and its prepared statements, cached per schema. Used by one thread at a time.
 *
 * <p>One schema has at most as many statements as the library has compiled queries. With many schemas, the
 * statements of the least recently used one are closed when there are {@link #MOST_STATEMENTS}.
 */
public final class Session implements AutoCloseable {

    /**
     * A statement with its plan costs a PostgreSQL session 34 KB, and this process 3 KB. A workspace has a
     * hundred if all of its methods are used, about ten if a few are.
     */
    static final int MOST_STATEMENTS = 400;

    /** A deletion that is kept, or a restoration, takes up to twenty. */
    private static final int MOST_PLAIN_STATEMENTS = 60;

    /** Longer ones are mostly used once, such as those with long lists of values. */
    private static final int LONGEST_KEPT = 16_384;

    private final Connection connection;
    private final Dialect dialect;
    private final Map<String, @Nullable Execution<?>[]> bySchema = new LinkedHashMap<>(8, 0.75f, true);
    private @Nullable String schema;
    private @Nullable Execution<?>[] executions = new Execution<?>[128];
    private int prepared;
    private final Map<String, PreparedStatement> plain = new LinkedHashMap<>(8, 0.75f, true);
    private final RunningStatement running = new RunningStatement();
    private long charactersMoved;
    private boolean ranCallersSql;
    private boolean ranPragma;
    private boolean keepsKeys;
    private int callersStatements;
    private boolean ranOtherThanSelect;
    private boolean shared;
    private volatile boolean ended;
    private long rows;
    private long written;
    private @Nullable String firstName;
    private @Nullable String firstSql;

    /** Takes ownership of the connection, and closes it with the session. */
    public Session(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** The connection, for anything but compiled queries. */
    public Connection connection() {
        return connection;
    }

    /**
     * The statement being executed. Code that uses the connection directly must report there, or it cannot be
     * cancelled.
     */
    public RunningStatement running() {
        return running;
    }

    public Dialect dialect() {
        return dialect;
    }

    /** Makes the following queries use tables of this schema, which is given as SQL. */
    public void use(@Nullable String wanted) {
        if (Objects.equals(wanted, schema)) {
            return;
        }
        // Allocate first, so that an OutOfMemoryError changes nothing.
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

    /** The schema that queries use, as SQL; null if they name none. */
    public @Nullable String schema() {
        return schema;
    }

    int prepared() {
        return prepared;
    }

    /** Starts an execution of a query: set its parameters, then call the method that executes it. */
    public <R> Execution<R> query(CompiledQuery<R> query) throws SQLException {
        int slot = query.slot();
        if (slot >= executions.length) {
            executions = Arrays.copyOf(executions, Math.max(16, slot * 2));
        }
        @SuppressWarnings("unchecked") // A slot belongs to one query, which created what is in it.
        Execution<R> execution = (Execution<R>) executions[slot];
        if (execution == null) {
            makeRoom();
            execution = new Execution<>(this, query);
            executions[slot] = execution;
            prepared++;
        }
        return execution.begin();
    }

    /** A statement of {@link PlainSql}, which stays prepared until there are too many. */
    PreparedStatement plain(String sql) throws SQLException {
        PreparedStatement known = plain.get(sql);
        if (known != null && !known.isClosed()) {
            return known;
        }
        PreparedStatement prepared = connection.prepareStatement(sql);
        keep(sql, prepared);
        return prepared;
    }

    private void keep(String sql, PreparedStatement statement) throws SQLException {
        if (plain.size() >= MOST_PLAIN_STATEMENTS) {
            Iterator<PreparedStatement> oldest = plain.values().iterator();
            PreparedStatement unused = oldest.next();
            oldest.remove();
            unused.close();
        }
        plain.put(sql, statement);
    }

    /** A prepared statement that belongs to the caller until he gives it back: two with the same text may be open. */
    public PreparedStatement take(String sql) throws SQLException {
        PreparedStatement known = plain.remove(sql);
        return known != null && !known.isClosed() ? known : connection.prepareStatement(sql);
    }

    /** Keeps a statement of {@link #take}, unless there is one with the same text, or the text is long: each one stays in memory. */
    public void giveBack(String sql, PreparedStatement statement) throws SQLException {
        if (sql.length() > LONGEST_KEPT || plain.containsKey(sql)) {
            statement.close();
        } else {
            keep(sql, statement);
        }
    }

    /** Closes the statements of unused schemas. The schema in use is not in the map. */
    private void makeRoom() throws SQLException {
        Iterator<@Nullable Execution<?>[]> oldest = bySchema.values().iterator();
        while (prepared >= MOST_STATEMENTS && oldest.hasNext()) {
            @Nullable Execution<?>[] unused = oldest.next();
            oldest.remove();
            close(unused);
        }
    }

    /** To be called after the last use of a session on a connection that is not its own: nobody needs to watch it any more. */
    public void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Marks the server's session as shared: another client may get it after the next transaction. */
    public void share() {
        shared = true;
    }

    public boolean isShared() {
        return shared;
    }

    /** Whether a caller's own SQL may have run since the last {@link #takeRanCallersSql}. */
    public boolean ranCallersSql() {
        return ranCallersSql;
    }

    /** To be called before a caller's own SQL runs, which can change any state of the connection. */
    public void runsCallersSql() {
        ranCallersSql = true;
    }

    /**
     * To be called if the caller's own SQL is a PRAGMA. The effect of most PRAGMAs cannot be queried
     * afterwards.
     */
    public void runsPragma() {
        ranPragma = true;
    }

    /** Whether {@link #runsPragma} was called since the last call. */
    public boolean takeRanPragma() {
        boolean ran = ranPragma;
        ranPragma = false;
        return ran;
    }

    /** To be called before jOOQ runs a statement of the caller's. */
    public void runsStatement(boolean isSelect) {
        callersStatements++;
        ranOtherThanSelect |= !isSelect;
    }

    /**
     * Whether one statement was reported to {@link #runsStatement} since the last call, and it was a select. With more
     * than one, the caller had the connection in between.
     */
    public boolean takeRanOneSelect() {
        boolean one = callersStatements == 1 && !ranOtherThanSelect;
        callersStatements = 0;
        ranOtherThanSelect = false;
        return one;
    }

    /**
     * To be called before a caller's statements run that may ask for generated keys. Stays on until
     * {@link #takeRanCallersSql}.
     */
    public void keepGeneratedKeys() {
        keepsKeys = true;
        dialect.keepGeneratedKeys(connection, true);
    }

    /**
     * Whether {@link #runsCallersSql} was called since the last call. To be called when the caller's SQL has ended: no
     * generated keys are kept any more.
     */
    public boolean takeRanCallersSql() {
        boolean ran = ranCallersSql;
        ranCallersSql = false;
        if (keepsKeys) {
            keepsKeys = false;
            dialect.keepGeneratedKeys(connection, false);
        }
        return ran;
    }

    /**
     * What ran on the session during a piece of work.
     *
     * @param rows how many rows were read and written
     * @param name the name of the first query; null if none ran
     * @param sql its text
     */
    public record Tally(
            long rows, @Nullable String name, @Nullable String sql) {}

    /** Starts to count again, and returns what was counted so far, for {@link #endTally}. */
    public Tally startTally() {
        Tally outer = new Tally(rows, firstName, firstSql);
        rows = 0;
        firstName = null;
        firstSql = null;
        return outer;
    }

    /** What was counted since {@link #startTally}; the count goes on from the one before. */
    public Tally endTally(Tally outer) {
        Tally inner = new Tally(rows, firstName, firstSql);
        rows += outer.rows();
        firstName = outer.name() == null ? firstName : outer.name();
        firstSql = outer.sql() == null ? firstSql : outer.sql();
        return inner;
    }

    void sends(String name, String sql) {
        if (firstName == null) {
            firstName = name;
            firstSql = sql;
        }
    }

    void countRows(long more) {
        rows += more;
    }

    void wrote(long more) {
        written += more;
    }

    /** How many rows the library's statements have written so far. */
    public long written() {
        return written;
    }

    void moved(long characters) {
        charactersMoved += characters;
    }

    /**
     * The number of characters that compiled queries bound, or that writes returned, since the last call. What selects
     * read one column at a time counts, too.
     */
    public long takeCharactersMoved() {
        long characters = charactersMoved;
        charactersMoved = 0;
        return characters;
    }

    /** A negative slot is that of a statement which is not kept. */
    void forget(int slot) {
        if (slot >= 0 && executions[slot] != null) {
            executions[slot] = null;
            prepared--;
        }
    }

    public void closeStatements() throws SQLException {
        close(executions);
        for (@Nullable Execution<?>[] unused : bySchema.values()) {
            close(unused);
        }
        bySchema.clear();
        List<PreparedStatement> all = List.copyOf(plain.values());
        plain.clear();
        for (PreparedStatement statement : all) {
            statement.close();
        }
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

    @Override
    public void close() throws SQLException {
        try (connection) {
            closeStatements();
        }
    }
}
