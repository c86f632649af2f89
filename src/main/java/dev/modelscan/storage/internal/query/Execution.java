package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One prepared statement of one session, and its executions, one after the other. Result sets are read to their end: SQLite
 * would otherwise hold back the checkpoint of a write with RETURNING.
 *
 * @param <R> what a row is mapped to
 */
public final class Execution<R> {

    // Every statement that the library sends, for whoever wants to see or count them.
    private static final Logger SQL = LoggerFactory.getLogger("dev.modelscan.storage.sql");

    private static final int ANYWHERE = -1;

    /** The driver keeps what was bound until the next time, which may never come; more text than this is let go of at once. */
    private static final int KEPT_CHARACTERS = 65_536;

    /** A packed row is one of a select, which ends with its result set. That it is the only one is looked at in tests alone. */
    private static final boolean CHECKED = Execution.class.desiredAssertionStatus();

    private final Session session;
    private final CompiledQuery<R> query;
    private final String sql;
    private final PreparedStatement statement;
    private final @Nullable PackedRow packed;
    private final String[] names;
    private final long allBound;
    private boolean busy;
    private boolean returned;
    private @Nullable SQLException failure;
    private long bound;
    private long charactersBound;

    Execution(Session session, CompiledQuery<R> query) throws SQLException {
        RenderedQuery rendered = query.rendered(session.dialect());
        this.session = session;
        this.query = query;
        this.sql = rendered.sql(session.schema());
        this.statement = session.connection().prepareStatement(sql);
        this.packed = rendered.packed() == 0 ? null : packedRow(rendered);
        this.names = rendered.parameters().stream().map(String::intern).toArray(String[]::new);
        this.allBound = (1L << names.length) - 1;
    }

    /** What a packed query has beside the packed value lies apart. */
    private PackedRow packedRow(RenderedQuery rendered) throws SQLException {
        int apart = statement.getMetaData().getColumnCount() - 1;
        return new PackedRow(rendered.packed() - apart, apart);
    }

    /** Forgets what an execution that never ran had set. */
    Execution<R> begin() {
        if (busy) {
            throw new IllegalStateException("its rows are still being read, and would be lost: " + sql);
        }
        bound = 0;
        charactersBound = 0;
        return this;
    }

    /** Binds a value wherever the parameter occurs. */
    public <T> Execution<R> set(Parameter<T> parameter, @Nullable T value) throws SQLException {
        bind(parameter, value, ANYWHERE);
        return this;
    }

    /** Binds the record's value of each column whose parameter occurs. */
    public <X> Execution<R> setAll(Columns<X> columns, X record) throws SQLException {
        int expected = 0;
        for (Column<X, ?> column : columns.all()) {
            bindColumn(column, record, expected++);
        }
        return this;
    }

    private <X, T> void bindColumn(Column<X, T> column, X record, int expected) throws SQLException {
        bind(column.parameter(), column.get(record), expected);
    }

    /** An insert has its columns in the declared order, so the expected place is nearly always right. */
    private <T> void bind(Parameter<T> parameter, @Nullable T value, int expected) throws SQLException {
        if (expected >= 0 && expected < names.length && names[expected].equals(parameter.name())) {
            bindAt(expected, parameter, value);
            return;
        }
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(parameter.name())) {
                bindAt(i, parameter, value);
            }
        }
    }

    private <T> void bindAt(int index, Parameter<T> parameter, @Nullable T value) throws SQLException {
        charactersBound += parameter.codec().bind(statement, index + 1, value, session.dialect());
        bound |= 1L << index;
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
        session.running().begin();
    }

    /** A statement keeps its values between executions; one that was not set anew must not be sent. */
    private void requireAllBound() {
        if (bound != allBound) {
            throw new IllegalStateException("not every parameter was set of " + sql);
        }
    }

    /** All rows, in order. */
    public List<R> list() throws SQLException {
        List<R> result = new ArrayList<>();
        addTo(result, Integer.MAX_VALUE);
        return result;
    }

    /**
     * Adds rows to a list until it holds {@code most}. Whether there is one more is found without reading its values, which
     * may be large.
     *
     * @return whether there is one more
     */
    public boolean addTo(List<R> list, int most) throws SQLException {
        RowMapper<R> mapper = query.mapper();
        beforeSending();
        try (ResultSet rows = statement.executeQuery()) {
            Row row = row(rows, most - list.size());
            while (list.size() < most && row.next()) {
                list.add(mapped(row, mapper));
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

    /** The only row, or null where there is none. */
    public @Nullable R first() throws SQLException {
        RowMapper<R> mapper = query.mapper();
        beforeSending();
        try (ResultSet rows = statement.executeQuery()) {
            Row row = row(rows, 1);
            if (!row.next()) {
                returned = true;
                return null;
            }
            R result = mapped(row, mapper);
            if ((packed == null || CHECKED) && rows.next()) {
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

    /** What a record refuses was not stored by this library, so it is no fault of the caller's. */
    private static <R> R mapped(Row row, RowMapper<R> mapper) throws SQLException {
        try {
            return mapper.map(row);
        } catch (InvalidDataException | CorruptDatabaseException | NumberFormatException e) {
            throw new CorruptDatabaseException(
                    row.name() + " holds what this library would not have written: " + e.getMessage(), e);
        }
    }

    private Row row(ResultSet rows, int most) {
        return packed == null ? new PlainRow(rows, session, most == 1) : packed.of(rows, most);
    }

    /** Writes, and returns how many rows were written. */
    public int update() throws SQLException {
        beforeSending();
        try {
            int rows = statement.executeUpdate();
            returned = true;
            return rows;
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            end();
        }
    }

    /** Writes one row for each record, in as few calls of the driver as it allows. */
    public <X> void updateAll(Columns<X> columns, List<? extends X> records) throws SQLException {
        begun();
        try {
            for (X record : records) {
                setAll(columns, record);
                requireAllBound();
                statement.addBatch();
            }
            if (SQL.isDebugEnabled()) {
                SQL.debug("batch of {}: {}", records.size(), sql);
            }
            statement.executeBatch();
            returned = true;
        } catch (SQLException e) {
            if (!statement.isClosed()) {
                statement.clearBatch();
            }
            throw failed(e);
        } catch (RuntimeException | Error e) {
            // The next execution would write what the driver still holds of the batch.
            try {
                forget();
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        } finally {
            end();
        }
    }

    private SQLException failed(SQLException e) throws SQLException {
        failure = e;
        if (statement.isClosed()) {
            session.forget(query.slot());
        }
        return e;
    }

    /** The next execution prepares the statement anew. */
    private void forget() throws SQLException {
        session.forget(query.slot());
        statement.close();
    }

    private void end() throws SQLException {
        busy = false;
        try {
            if (packed != null) {
                packed.end();
            }
            session.moved(charactersBound);
            if (charactersBound > KEPT_CHARACTERS) {
                letGoOfParameters();
            }
        } finally {
            if (returned) {
                session.running().endReturned();
            } else {
                session.running().end(failure);
            }
        }
    }

    /** After an error the driver may have closed what it needs for this; that error is the one to tell. */
    private void letGoOfParameters() {
        try {
            statement.clearParameters();
        } catch (SQLException e) {
            session.forget(query.slot());
        }
    }

    void closeStatement() throws SQLException {
        statement.close();
    }
}
