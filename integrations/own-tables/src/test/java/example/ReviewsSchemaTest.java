package example;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.testkit.QueryPlans;
import dev.modelscan.storage.testkit.ReleasedSchemas;
import dev.modelscan.storage.testkit.SchemaFacts;
import dev.modelscan.storage.testkit.StatementLog;
import dev.modelscan.storage.testkit.TableContents;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application's queries and migrations, looked at with the library's testkit. */
class ReviewsSchemaTest {

    @TempDir
    private Path directory;

    @Test
    void theLatestReviewsAreOneStatementThatUsesAnIndex() throws Exception {
        Path file = directory.resolve("app.db");
        try (Database db = Reviews.open(Database.builder().path(file));
                StatementLog log = new StatementLog();
                QueryPlans plans = QueryPlans.open("jdbc:sqlite:" + file)) {
            new Reviews(db).latest(10);
            log.requireCount(1);
            plans.requireSearched(log.statements());
        }
    }

    @Test
    void bothEnginesGetTheSameTables() throws Exception {
        Path file = directory.resolve("app.db");
        Reviews.open(Database.builder().path(file)).close();
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            String url = server.getJdbcUrl("postgres", "postgres");
            Reviews.open(Database.builder().url(url).workspace("sample")).close();
            try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Connection postgres = DriverManager.getConnection(url + "&currentSchema=sample")) {
                SchemaFacts.requireInStep(sqlite, postgres);
            }
        }
    }

    @Test
    void databasesOfOlderReleasesAreUpgraded() throws Exception {
        for (int version : ReleasedSchemas.versions()) {
            Path file = directory.resolve("old-" + version + ".db");
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
                ReleasedSchemas.create(connection, version);
                TableContents before = TableContents.of(connection);
                Reviews.open(Database.builder().path(file)).close();
                TableContents.of(connection).requireKept(before);
            }
        }
    }
}
