package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One prepared statement of one session, executed many times but never twice at once. Every result set is
 * read to its end: in SQLite an open one blocks the checkpoint after a write with RETURNING.
 *
 * @param <R> what a row is mapped to
 */
public final class Execution<R> {

    // Logs every statement that the library sends, for users who want to see or count them.
    private static final Logger SQL = LoggerFactory.getLogger("dev.modelscan.storage.sql");

    private static final int[] NOWHERE = {};

    /**
     * The driver keeps bound values until the next execution, which may never come. Longer text is released
     * at once.
     */
    private static final int KEPT_CHARACTERS = 65_536;

    /** A select of one row ends with its result set. Only tests check that it is the only row. */
    private static final boolean CHECKED = Execution.class.desiredAssertionStatus();

    private final Session session;
    private final int slot;
    private final @Nullable RowMapper<R> mapper;
    private final String name;
    private final String sql;
    private final PreparedStatement statement;
    private final @Nullable PackedRow packed;
    private final boolean writes;
    private final List<String> names;
    private final Map<String, int[]> places;
    private final BitSet bound = new BitSet();
    private @Nullable List<?> lastColumns;
    private int[][] lastPlaces = {};
    private boolean busy;
    private boolean returned;
    private @Nullable SQLException failure;
    private long charactersBound;

    Execution(Session session, CompiledQuery<R> query) throws SQLException {
        this(session, query.slot(), query.name(), query.rendered(session.dialect()), query.rowMapper());
        try {
            session.dialect().requireValues(statement, names.size());
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    /** @param slot negative for a statement that the session does not keep */
    Execution(Session session, int slot, String name, RenderedQuery rendered, @Nullable RowMapper<R> mapper)
            throws SQLException {
        this.session = session;
        this.slot = slot;
        this.name = name;
        this.mapper = mapper;
        this.sql = rendered.sql(session.schema());
        this.statement = session.connection().prepareStatement(sql);
        this.packed = rendered.packed().isEmpty() ? null : new PackedRow(rendered.packed());
        this.writes = rendered.isWrite();
        this.names = rendered.parameters();
        this.places = rendered.places();
    }

    /** Clears what an execution that never ran had bound. */
    Execution<R> begin() {
        if (busy) {
            throw new IllegalStateException("its rows are still being read, and would be lost: " + sql);
        }
        bound.clear();
        charactersBound = 0;
        return this;
    }

    /** Binds a value at each place of the parameter. */
    public <T> Execution<R> set(Parameter<T> parameter, @Nullable T value) throws SQLException {
        bind(placesOf(parameter), parameter, value);
        return this;
    }

    /** Whether the query has a parameter of that name. */
    public boolean has(String name) {
        return places.containsKey(name);
    }

    /** A parameter that has no value yet; null if all have one. */
    public @Nullable String unset() {
        int first = bound.nextClearBit(0);
        return first < names.size() ? names.get(first) : null;
    }

    /** Binds the record's value of each column whose parameter the query has. */
    public <X> Execution<R> setAll(Columns<X> columns, X record) throws SQLException {
        return setAll(columns.all(), record);
    }

    /** {@link #setAll(Columns, Object)} with some of a record's columns. */
    public <X> Execution<R> setAll(List<Column<X, ?>> columns, X record) throws SQLException {
        // A statement nearly always gets the columns that it got before, so their places are kept.
        if (columns != lastColumns) {
            lastPlaces =
                    columns.stream().map(column -> placesOf(column.parameter())).toArray(int[][]::new);
            lastColumns = columns;
        }
        for (int i = 0; i < lastPlaces.length; i++) {
            bindColumn(lastPlaces[i], columns.get(i), record);
        }
        return this;
    }

    private <X> void setRows(List<Column<X, ?>> columns, List<? extends X> records) throws SQLException {
        for (Column<X, ?> column : columns) {
            int[] at = placesOf(column.parameter());
            for (int row = 0; row < at.length; row++) {
                bindColumn(new int[] {at[row]}, column, records.get(row));
            }
        }
    }

    private int[] placesOf(Parameter<?> parameter) {
        return places.getOrDefault(parameter.name(), NOWHERE);
    }

    private <X, T> void bindColumn(int[] at, Column<X, T> column, X record) throws SQLException {
        bind(at, column.parameter(), column.get(record));
    }

    private <T> void bind(int[] at, Parameter<T> parameter, @Nullable T value) throws SQLException {
        for (int place : at) {
            charactersBound += parameter.codec().bind(statement, place + 1, value, session.dialect());
            bound.set(place);
        }
    }

    /** Binds a value at each place, in order. A caller's condition may have any number of them. */
    Execution<R> setAll(List<Bound<?>> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            bindTo(i, values.get(i));
        }
        session.dialect().requireValues(statement, values.size());
        return this;
    }

    private <T> void bindTo(int place, Bound<T> value) throws SQLException {
        bind(new int[] {place}, value.parameter(), value.value());
    }

    private void beforeSending() {
        requireAllBound();
        if (SQL.isDebugEnabled()) {
            SQL.debug(sql);
        }
        begun();
        busy = true;
    }

    private void begun() {
        returned = false;
        failure = null;
        session.sends(name, sql);
        session.running().begin();
    }

    /** A statement keeps its values between executions. A value that was not set again must not be sent. */
    private void requireAllBound() {
        if (unset() != null) {
            throw new IllegalStateException("not every parameter was set of " + sql);
        }
    }

    public List<R> list() throws SQLException {
        List<R> result = new ArrayList<>();
        addTo(result, Integer.MAX_VALUE);
        return result;
    }

    /**
     * Adds rows to a list until it holds {@code most}. Finds out whether there is one more row without
     * reading its values, which may be large.
     *
     * @return whether there is one more
     */
    public boolean addTo(List<R> list, int most) throws SQLException {
        RowMapper<R> known = mapper();
        beforeSending();
        try (ResultSet rows = statement.executeQuery()) {
            Row row = row(rows, most - list.size());
            while (list.size() < most && row.next()) {
                // Before it is mapped, which may fail: the row is written by then.
                count(1);
                list.add(mapped(row, known));
            }
            boolean more = list.size() == most && rows.next();
            returned = true;
            return more;
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            end();
        }
    }

    /** The only row, or null if there is none. */
    public @Nullable R first() throws SQLException {
        RowMapper<R> known = mapper();
        beforeSending();
        try (ResultSet rows = statement.executeQuery()) {
            Row row = row(rows, 1);
            if (!row.next()) {
                returned = true;
                return null;
            }
            count(1);
            R result = mapped(row, known);
            if ((writes || packed == null || CHECKED) && rows.next()) {
                throw new IllegalStateException("more than one row from " + sql);
            }
            returned = true;
            return result;
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            end();
        }
    }

    private void count(long rows) {
        session.countRows(rows);
        session.wrote(writes ? rows : 0);
    }

    private RowMapper<R> mapper() {
        if (mapper == null) {
            throw new IllegalStateException("this query returns no rows");
        }
        return mapper;
    }

    /** Data that a record rejects was not stored by this library, so the caller is not at fault. */
    private static <R> R mapped(Row row, RowMapper<R> mapper) throws SQLException {
        try {
            return mapper.map(row);
        } catch (InvalidDataException | CorruptDatabaseException | NumberFormatException e) {
            throw new CorruptDatabaseException(
                    row.name() + " holds what this library would not have written: " + e.getMessage(), e);
        }
    }

    private Row row(ResultSet rows, int most) {
        return packed == null ? new PlainRow(rows, session) : packed.of(rows, most);
    }

    /** Executes a write and returns the number of rows written. */
    public int update() throws SQLException {
        beforeSending();
        try {
            int rows = statement.executeUpdate();
            count(rows);
            returned = true;
            return rows;
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            end();
        }
    }

    /**
     * Writes one row per record in one batch. A statement of several rows, which has each parameter once for each of them,
     * takes as many records at a time. Returns what the driver says that each statement has written.
     */
    public <X> int[] updateAll(Columns<X> columns, List<? extends X> records) throws SQLException {
        begun();
        try {
            int rows = Math.max(1, placesOf(columns.all().get(0).parameter()).length);
            for (int from = 0; from < records.size(); from += rows) {
                if (rows == 1) {
                    setAll(columns, records.get(from));
                } else {
                    setRows(columns.all(), records.subList(from, from + rows));
                }
                requireAllBound();
                statement.addBatch();
            }
            if (SQL.isDebugEnabled()) {
                SQL.debug("batch of {}: {}", records.size(), sql);
            }
            int[] written = statement.executeBatch();
            count(records.size());
            returned = true;
            return written;
        } catch (SQLException e) {
            if (!statement.isClosed()) {
                statement.clearBatch();
            }
            throw failed(e);
        } catch (RuntimeException | Error e) {
            // The driver still holds the batch, and the next execution would write it.
            Cleanup.after(e, this::forget);
            throw e;
        } finally {
            end();
        }
    }

    private SQLException failed(SQLException e) throws SQLException {
        failure = e;
        if (statement.isClosed()) {
            session.forget(slot);
        }
        return e;
    }

    /** Closes the statement; the next execution prepares it again. */
    private void forget() throws SQLException {
        session.forget(slot);
        statement.close();
    }

    private void end() throws SQLException {
        busy = false;
        try {
            if (packed != null) {
                long read = packed.end();
                session.moved(writes ? read : 0);
            }
            session.moved(charactersBound);
            if (charactersBound > KEPT_CHARACTERS) {
                releaseParameters();
            }
        } finally {
            if (returned) {
                session.running().endReturned();
            } else {
                session.running().end(failure);
            }
        }
    }

    /**
     * After an error the driver may have closed the statement. The caller must see that first error, not this
     * one.
     */
    private void releaseParameters() {
        try {
            statement.clearParameters();
        } catch (SQLException e) {
            session.forget(slot);
        }
    }

    void closeStatement() throws SQLException {
        statement.close();
    }
}
