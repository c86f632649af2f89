package dev.modelscan.storage;

import dev.modelscan.storage.RepositoryCalls.RepositoryCall;

/**
 * PostgreSQL is sent what SQLite is, one round trip for each. A call that writes has one more, the COMMIT; its BEGIN goes along
 * with the first statement. {@code setActive} has two more, since its isolation is asked for first, and so has {@code withTx}.
 */
class PostgresStatementCountTest extends StatementCountTest {

    @Override
    Database open() {
        return Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .open();
    }

    /** The server says itself which reference is missing; SQLite has to be asked. */
    @Override
    int expected(RepositoryCall call) {
        if (call.name().startsWith("tasks: create for ") && call.name().endsWith("that does not exist")) {
            return 1;
        }
        return call.name().equals("messages: create to one that does not exist") ? 2 : call.statements();
    }
}
