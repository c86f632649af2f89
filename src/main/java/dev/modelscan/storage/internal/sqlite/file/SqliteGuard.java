package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.internal.engine.TransactionGuard;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;

/**
 * Records how a transaction ended. SQLite calls it on the thread that ends a transaction of the connection.
 */
public final class SqliteGuard implements TransactionGuard, SQLiteCommitListener {

    private final SQLiteConnection connection;
    private Fate fate = Fate.OPEN;

    public SqliteGuard(Connection connection) throws SQLException {
        this.connection = connection.unwrap(SQLiteConnection.class);
        this.connection.addCommitListener(this);
    }

    @Override
    public void onCommit() {
        fate = Fate.ENDED;
    }

    @Override
    public void onRollback() {
        if (fate == Fate.OPEN) {
            fate = Fate.ROLLED_BACK;
        }
    }

    @Override
    public Fate fate() {
        return fate;
    }

    @Override
    public Fate ask() {
        return fate;
    }

    @Override
    public void close() {
        connection.removeCommitListener(this);
    }
}
