package dev.modelscan.storage.internal.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Agent;
import dev.modelscan.storage.AgentId;
import dev.modelscan.storage.CorruptDatabaseException;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Task;
import dev.modelscan.storage.TaskId;
import dev.modelscan.storage.Team;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that come packed into one value come back as they were stored. */
class PackedRowTest {

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("packed.db");
    }

    @Test
    void nullAndEmptyAndTheLettersOfTheMarksAreThemselves() {
        try (Database db = Database.open(file())) {
            for (String text : new String[] {null, "", "\u00ff", "\u00fe", "\u00fe\u00ff", "\uffff", "\ud83d\ude00"}) {
                Team team = db.teams()
                        .create(Team.builder()
                                .name("team " + text)
                                .description(text)
                                .build());
                assertThat(db.teams().get(team.id())).isEqualTo(team);
            }
        }
    }

    @Test
    void neighboursThatAreAlikeInPartsAreToldApart() {
        try (Database db = Database.open(file())) {
            List<Task> stored = db.tasks()
                    .createAll(List.of(
                            task(1, "a", 1, null),
                            task(2, "a", -1, "{\"a\":1}"),
                            task(3, "ab", 100, "{\"a\":1}"),
                            task(4, "a", 0, null),
                            task(5, "a", 0, "{\"a\":1}")));
            assertThat(db.tasks().list(10, 0)).isEqualTo(stored);
        }
    }

    private static Task task(int number, String type, int priority, String input) {
        return Task.builder()
                .id(new TaskId("task " + number))
                .type(type)
                .priority(priority)
                .input(input == null ? null : Json.parse(input))
                .createdAt(java.time.Instant.ofEpochSecond(number))
                .build();
    }

    @Test
    void textOfAnotherProgramThatIsNoUtf8ShiftsNothing() throws SQLException {
        try (Database db = Database.open(file())) {
            Agent agent = db.agents()
                    .create(Agent.builder().name("researcher").mode("llm").build());
            write("UPDATE agents SET mode = CAST(x'61ff62' AS TEXT)");
            assertThatThrownBy(() -> db.agents().get(agent.id()))
                    .isInstanceOf(CorruptDatabaseException.class)
                    .hasMessageContaining("not UTF-8");
            write("UPDATE agents SET mode = CAST(x'610062' AS TEXT)");
            assertThatThrownBy(() -> db.agents().get(agent.id())).hasMessageContaining("NUL");
            write("UPDATE agents SET mode = 'llm'");
            assertThat(db.agents().find(new AgentId(agent.id().value())).map(Agent::mode))
                    .contains("llm");
        }
    }

    private void write(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        }
    }
}
