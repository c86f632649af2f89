package dev.modelscan.storage.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteConnection;

class SqliteStoreTest {

    private SqliteStore store;

    @BeforeEach
    void open() {
        try (Database db = Database.inMemory()) {
            DatabaseOptions options = db.options();
            store = new SqliteStore(
                    SqliteConnections.toMemory(options.busyTimeout()),
                    options,
                    new ConnectionGroup(options.cacheSize(), 0));
        }
        store.openWriter();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static boolean keepsKeys(Session session) throws SQLException {
        return session.connection()
                .unwrap(SQLiteConnection.class)
                .getConnectionConfig()
                .isGetGeneratedKeys();
    }

    /** Otherwise each insert of the library's would run one statement more. */
    @Test
    void generatedKeysAreKeptAsLongAsACallersSqlMayAskForThem() throws Exception {
        assertThat(store.<Boolean>write(null, null, SqliteStoreTest::keepsKeys)).isFalse();
        boolean kept = store.<Boolean, SQLException>transaction(Isolation.SERIALIZABLE, session -> {
            session.runsCallersSql();
            session.keepGeneratedKeys();
            return keepsKeys(session);
        });
        assertThat(kept).isTrue();
        assertThat(store.<Boolean>write(null, null, SqliteStoreTest::keepsKeys)).isFalse();
    }

    @Test
    void aBatchThatFailedIsNotWrittenWithTheNext() {
        store.<Boolean>writeMany(null, null, session -> {
            PlainSql.update(session, "CREATE TABLE t (a TEXT)", List.of());
            assertThatThrownBy(() -> insert(session, List.of("first"), List.of('x')))
                    .isInstanceOf(ClassCastException.class);
            insert(session, List.of("second"));
            assertThat(PlainSql.rows(session, "SELECT a FROM t", List.of(), row -> row.getString(1)))
                    .containsExactly("second");
            return true;
        });
    }

    @SafeVarargs
    private static void insert(Session session, List<?>... rows) throws SQLException {
        PlainSql.updateAll(session, "INSERT INTO t VALUES (?)", List.of(rows));
    }
}
