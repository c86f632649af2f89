package dev.modelscan.storage.internal.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.internal.postgres.PostgresDialect;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.support.PostgresServer;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A session that serves many schemas keeps a bounded number of statements. */
class SessionTest {

    private static List<CompiledQuery<?>> queries() throws ClassNotFoundException {
        Class.forName("dev.modelscan.storage.internal.repository.SqlTaskRepository");
        return CompiledQuery.all().subList(0, 15);
    }

    @Test
    void theStatementsOfTheSchemaThatWasNotUsedForLongestAreClosed() throws Exception {
        List<CompiledQuery<?>> queries = queries();
        int schemas = 2 * Session.MOST_STATEMENTS / queries.size();
        try (Session session =
                new Session(DriverManager.getConnection(PostgresServer.url()), PostgresDialect.INSTANCE)) {
            session.use("often");
            Execution<?> often = session.query(queries.get(0));
            for (int i = 0; i < schemas; i++) {
                session.use("schema_" + i);
                for (CompiledQuery<?> query : queries) {
                    session.query(query);
                    assertThat(session.prepared()).isLessThanOrEqualTo(Session.MOST_STATEMENTS);
                }
                session.use("often");
                assertThat(session.query(queries.get(0))).isSameAs(often);
            }
            assertThat(session.prepared()).isGreaterThan(Session.MOST_STATEMENTS - queries.size());
            session.use("schema_" + (schemas - 1));
            session.closeStatements();
            assertThat(session.prepared()).isZero();
        }
    }

    @Test
    void aStatementWithALongTextIsNotKept() throws Exception {
        try (Session session =
                new Session(DriverManager.getConnection("jdbc:sqlite::memory:"), SqliteDialect.INSTANCE)) {
            String text = "SELECT 1";
            PreparedStatement kept = session.take(text);
            session.giveBack(text, kept);
            assertThat(session.take(text)).isSameAs(kept);

            String longText = text + " IN (" + "1, ".repeat(10_000) + "1)";
            PreparedStatement statement = session.take(longText);
            session.giveBack(longText, statement);
            assertThat(statement.isClosed()).isTrue();
        }
    }
}
