package dev.modelscan.storage.engine.postgres;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.engine.sqlite.StatementCountTest;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.RepositoryCalls.RepositoryCall;

/**
 * PostgreSQL gets the same statements as SQLite, one round trip each. A write also sends COMMIT; its BEGIN is
 * sent with the first statement. {@code setActive} and {@code withTx} send two more, because they ask for the
 * isolation first. A deletion of a message locks its conversation first, and so does {@code putOrigins}.
 */
class PostgresStatementCountTest extends StatementCountTest {

    @Override
    protected Database open() {
        return Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .open();
    }

    /** The server says which reference is missing; on SQLite the library must ask. */
    @Override
    protected int expected(RepositoryCall call) {
        if (call.name().startsWith("tasks: create for ") && call.name().endsWith("that does not exist")) {
            return 1;
        }
        if (call.name().startsWith("messages: delete") || call.name().startsWith("messages: putOrigins")) {
            return call.statements() + 1;
        }
        return call.name().equals("messages: create to one that does not exist") ? 2 : call.statements();
    }
}
