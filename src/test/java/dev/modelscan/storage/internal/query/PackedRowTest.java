package dev.modelscan.storage.internal.query;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Id;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jooq.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns that are packed into one value are read as they were stored. */
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

    /**
     * Rows that share some columns, in every order, in one statement: one row, many, and more than one batch.
     */
    @Test
    void whatWasReadBeforeNeverShowsInARow() {
        Random random = new Random(7);
        try (Database db = Database.builder().path(file()).readers(1).open()) {
            List<Task> stored = db.tasks()
                    .createAll(IntStream.range(0, 300)
                            .mapToObj(number -> task(number, random))
                            .toList());
            for (int i = 0; i < 1_000; i++) {
                Task one = stored.get(random.nextInt(stored.size()));
                assertThat(db.tasks().get(one.id())).isEqualTo(one);
                if (i % 10 == 0) {
                    int offset = random.nextInt(stored.size());
                    int limit = 1 + random.nextInt(stored.size() - offset);
                    assertThat(db.tasks().list(limit, offset)).isEqualTo(stored.subList(offset, offset + limit));
                }
            }
            assertThat(db.tasks().stream()).containsExactlyElementsOf(stored);
        }
    }

    @Test
    void largeColumnsAreValuesOfTheirOwnWhereverTheyAre() {
        List<Field<?>> fields =
                SqliteDialect.INSTANCE.packed(List.of(TASKS.INPUT, TASKS.ID, TASKS.OUTPUT, TASKS.TYPE), false);
        assertThat(fields.subList(0, 2)).isEqualTo(List.of(TASKS.INPUT, TASKS.OUTPUT));
        assertThat(fields).hasSize(3);
        assertThat(SqliteDialect.INSTANCE.packed(List.of(TASKS.INPUT, TASKS.OUTPUT), false))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"61ff62", "61c3", "c3", "fe62"})
    void jooqsQueriesRefuseTextThatIsNotUtf8(String bytes) throws SQLException {
        try (Database db = Database.open(file())) {
            Agent agent = researcher(db);
            write("UPDATE agents SET mode = CAST(x'" + bytes + "' AS TEXT)");

            assertThatThrownBy(() -> db.dsl().select(AGENTS.MODE).from(AGENTS).fetch())
                    .isInstanceOf(CorruptDatabaseException.class)
                    .hasMessageContaining("column mode holds text that is not UTF-8");
            assertThat(db.dsl().select(AGENTS.ID).from(AGENTS).fetchOne(AGENTS.ID))
                    .isEqualTo(agent.id());
        }
    }

    private static Task task(int number, Random random) {
        String text = List.of("", "a", "ab", "b", "b".repeat(5_000)).get(random.nextInt(5));
        Instant time = Instant.ofEpochSecond(1_000 + number);
        return task(number, random.nextBoolean() ? "a" : "ab", random.nextInt(3) - 1, null).toBuilder()
                .status(random.nextBoolean() ? TaskStatus.FAILED : TaskStatus.COMPLETED)
                .error(random.nextBoolean() ? null : text)
                .output(random.nextBoolean() ? null : Json.of(Map.of("a", text)))
                .completedAt(random.nextBoolean() ? null : time)
                .build();
    }

    @Test
    void aRowThatIsRefusedLeavesNothingBehindForTheNext() throws SQLException {
        try (Database db = Database.builder().path(file()).readers(1).open()) {
            List<Task> stored = db.tasks().createAll(List.of(task(1, "a", 1, null), task(2, "b", 1, "{\"a\":1}")));
            write("UPDATE tasks SET type = CAST(x'61ff' AS TEXT) WHERE id = 'task 1'");
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> db.tasks().get(stored.get(0).id()))
                        .isInstanceOf(CorruptDatabaseException.class);
                assertThat(db.tasks().get(stored.get(1).id())).isEqualTo(stored.get(1));
            }
        }
    }

    private static Task task(int number, String type, int priority, String input) {
        return Task.builder()
                .id(new TaskId("task " + number))
                .type(type)
                .priority(priority)
                .input(input == null ? null : Json.parse(input))
                .createdAt(Instant.ofEpochSecond(number))
                .build();
    }

    /**
     * Text of another program may hold any bytes: the separator of the columns, truncated characters, NUL.
     */
    @ParameterizedTest
    @ValueSource(strings = {"61ff62", "61c3", "c3", "fe62", "610062"})
    void whatNoRecordCanHoldIsRefusedWithItsRowWhicheverWayItIsRead(String bytes) throws SQLException {
        try (Database db = Database.open(file())) {
            Agent agent = researcher(db);
            write("UPDATE agents SET mode = CAST(x'" + bytes + "' AS TEXT)");
            for (ThrowingCallable reading : List.<ThrowingCallable>of(
                    () -> db.agents().get(agent.id()), () -> db.agents().list(10, 0), () -> db.agents()
                            .updateStatus(agent.id(), AgentStatus.ACTIVE))) {
                assertRefused(reading, agent.id());
            }
            write("UPDATE agents SET mode = 'llm'");
            assertThat(db.agents().find(new AgentId(agent.id().value())).map(Agent::mode))
                    .contains("llm");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,null,{}]", "[1]", "[null]", "[true]", "[\"a\",1.5]", "[[\"a\"]]", "[{}]", "[\"\"]"})
    void jsonThatIsNoListOfNamesIsTheDatabasesFaultAndNotTheCallers(String json) throws SQLException {
        try (Database db = Database.open(file())) {
            Agent agent = researcher(db);
            write("UPDATE agents SET capabilities = '" + json + "'");
            assertRefused(() -> db.agents().list(10, 0), agent.id());
            assertRefused(() -> db.agents().updateStatus(agent.id(), AgentStatus.ACTIVE), agent.id());
        }
    }

    @Test
    void whatIsNoJsonIsNotTakenForAList() throws SQLException {
        try (Database db = Database.open(file())) {
            Agent agent = researcher(db);
            for (String text : List.of("x\"a\"]", "{\"a\"]", "[\"a\"\"b\"]", "[\"a\",]", "[\"]")) {
                write("PRAGMA ignore_check_constraints = ON", "UPDATE agents SET capabilities = '" + text + "'");
                assertRefused(() -> db.agents().get(agent.id()), agent.id());
            }
        }
    }

    /** A program that does not enforce foreign keys can store one. */
    @ParameterizedTest
    @ValueSource(strings = {"agent_id", "team_id", "workflow_id"})
    void anIdThatIsEmptyIsNotTakenForNone(String column) throws SQLException {
        try (Database db = Database.open(file())) {
            Task task = db.tasks().create(task(1, "a", 1, null));
            write("UPDATE tasks SET " + column + " = ''");
            assertRefused(() -> db.tasks().get(task.id()), task.id());
            assertRefused(() -> db.tasks().list(10, 0), task.id());
            assertRefused(() -> db.tasks().updateStatus(task.id(), TaskStatus.RUNNING), task.id());
        }
    }

    @Test
    void aNumberThatIsOutOfRangeIsNotCut() throws SQLException {
        try (Database db = Database.open(file())) {
            Task task = db.tasks().create(task(1, "a", 1, null));
            write("PRAGMA ignore_check_constraints = ON", "UPDATE tasks SET priority = 4294967301");
            assertRefused(() -> db.tasks().get(task.id()), task.id());
            assertRefused(() -> db.tasks().updateStatus(task.id(), TaskStatus.RUNNING), task.id());
        }
    }

    @Test
    void aNameThatIsNotUtf8IsRefusedInAReportToo() throws SQLException {
        try (Database db = Database.open(file())) {
            Agent agent = researcher(db);
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(agent.id())
                            .toolName("search")
                            .status(ToolExecutionStatus.RUNNING)
                            .build());
            write("UPDATE tool_executions SET tool_name = CAST(x'61c3' AS TEXT)");
            assertThatThrownBy(() -> db.toolExecutions().listUsage(Instant.EPOCH))
                    .isInstanceOf(CorruptDatabaseException.class);
        }
    }

    /** Large text is not checked character by character, but invalid text is still rejected. */
    @ParameterizedTest
    @ValueSource(strings = {"ff", "c3", "eda080", "61ff62"})
    void aLargeContentThatNoRecordCanHoldIsRefused(String bytes) throws SQLException {
        try (Database db = Database.open(file())) {
            List<Message> stored = twoMessages(db);
            write("UPDATE messages SET content = CAST(x'" + "61".repeat(2_000) + bytes + "' AS TEXT)"
                    + " WHERE sequence_number = 2");
            assertRefused(
                    () -> db.messages().get(stored.get(1).id()), stored.get(1).id());
            assertRefused(() -> db.messages().list(10, 0), stored.get(1).id());
            assertRefused(
                    () -> db.messages().markRead(stored.get(1).id()),
                    stored.get(1).id());
        }
    }

    /** Only another program stores a NUL. Large text is not searched for one, and not cut off at one. */
    @Test
    void aLargeContentWithANulComesBackAsItIs() throws SQLException {
        try (Database db = Database.open(file())) {
            Message stored = twoMessages(db).get(1);
            write("UPDATE messages SET content = CAST(x'" + "61".repeat(2_000) + "0062' AS TEXT)");
            String content = "a".repeat(2_000) + "\u0000b";
            assertThat(db.messages().get(stored.id()).content()).isEqualTo(content);
            assertThat(db.messages().list(10, 0)).extracting(Message::content).containsExactly(content, content);
        }
    }

    /**
     * The row that shows that another page follows may be large. An invalid one proves that it is not read.
     */
    @Test
    void theRowBehindAPageIsNotRead() throws SQLException {
        try (Database db = Database.open(file())) {
            List<Message> stored = twoMessages(db);
            ConversationId talk = stored.get(0).conversationId();
            write("UPDATE messages SET content = CAST(x'ff' AS TEXT) WHERE sequence_number = 2");

            Page<Message> page = db.messages().listByConversation(talk, PageRequest.first(1));

            assertThat(page.items()).containsExactly(stored.get(0));
            assertRefused(
                    () -> db.messages().listByConversation(talk, page.next().orElseThrow()),
                    stored.get(1).id());
            write(
                    "UPDATE messages SET content = CAST(x'ff' AS TEXT) WHERE sequence_number = 1",
                    "UPDATE messages SET content = 'b' WHERE sequence_number = 2");
            assertThat(db.messages().listLatest(talk, 1))
                    .extracting(Message::content)
                    .containsExactly("b");
        }
    }

    private static List<Message> twoMessages(Database db) {
        Agent agent = researcher(db);
        ConversationId talk = ConversationId.next();
        return db.messages()
                .createAll(Stream.of("a", "b")
                        .map(content -> Message.builder()
                                .conversationId(talk)
                                .senderId(agent.id())
                                .content(content)
                                .build())
                        .toList());
    }

    private static Agent researcher(Database db) {
        return db.agents().create(Agent.builder().name("researcher").mode("llm").build());
    }

    private static void assertRefused(ThrowingCallable reading, Id id) {
        assertThatThrownBy(reading)
                .isInstanceOf(CorruptDatabaseException.class)
                .hasMessageContaining("the row of " + id);
    }

    @Test
    void replacementCharactersThatWereStoredComeBack() {
        try (Database db = Database.open(file())) {
            Agent agent = db.agents()
                    .create(Agent.builder()
                            .name("\ufffd")
                            .mode("a\ufffdb\ud83d\ude00")
                            .build());
            assertThat(db.agents().get(agent.id())).isEqualTo(agent);
        }
    }

    private void write(String... sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            for (String each : sql) {
                statement.execute(each);
            }
        }
    }
}
