package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.tasks.Task;
import example.db.tables.records.ReviewsRecord;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReviewsTest {

    private static void check(DatabaseBuilder builder) {
        try (Database db = Reviews.open(builder)) {
            assertEquals(Map.of("app", 1L), db.stats().sets());
            Agent agent =
                    db.agents().create(Agent.builder().name("alice").mode("llm").build());
            Task task = db.tasks()
                    .create(Task.builder().type("summarise").agentId(agent.id()).build());
            Reviews reviews = new Reviews(db);
            reviews.add(task.id(), "good", Json.of(Map.of("by", "a person")));
            List<Reviews.Review> latest = reviews.latest(10);
            assertEquals(1, latest.size());
            assertEquals("summarise", latest.get(0).taskType());
            assertEquals("alice", latest.get(0).agentName());
            ReviewsRecord row =
                    ReviewRows.of(db).list(PageRequest.first(10)).items().get(0);
            Findings findings = new Findings(2, List.of("no source", "too long"));
            row.setFindings(findings);
            assertEquals(findings, ReviewRows.of(db).update(row).getFindings());
            assertEquals(findings, ReviewRows.of(db).get(row.getId()).getFindings());
            db.tasks().delete(task.id());
            assertTrue(reviews.latest(10).isEmpty());
        }
    }

    @Test
    void onSqlite() {
        check(Database.builder().inMemory());
    }

    @Test
    void onPostgres() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            check(Database.builder()
                    .url(server.getJdbcUrl("postgres", "postgres"))
                    .workspace("sample"));
        }
    }
}
