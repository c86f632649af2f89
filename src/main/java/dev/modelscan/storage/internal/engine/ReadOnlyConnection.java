package dev.modelscan.storage.internal.engine;

import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultConnection;

/**
 * A connection inside a transaction that only reads. It stays in that transaction whatever its user does, and the transaction
 * ends by a rollback, which undoes what SQL of a caller's has set.
 */
public final class ReadOnlyConnection extends DefaultConnection {

    public ReadOnlyConnection(Connection connection) {
        super(connection);
    }

    /** Nothing was written, so there is nothing else to keep. */
    @Override
    public void commit() throws SQLException {
        getDelegate().rollback();
    }

    /** It would commit, and let the next statement write. */
    @Override
    public void setAutoCommit(boolean autoCommit) {}

    @Override
    public void setReadOnly(boolean readOnly) {}
}
