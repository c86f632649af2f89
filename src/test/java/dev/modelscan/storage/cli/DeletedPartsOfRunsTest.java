package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.erasure.ErasureRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of which a part was erased or deleted: how they are shown, and what the next import of their file does. */
class DeletedPartsOfRunsTest {

    private static final String ANN = "{\"messages\":[{\"role\":\"user\",\"content\":\"my address is Elm Street 7\"},"
            + "{\"role\":\"assistant\",\"name\":\"ann\",\"content\":\"thanks, Elm Street 7\"}]}";

    @TempDir
    Path directory;

    /** A run of three agents, with a call of a tool; {@code start} is its id, if it has one. */
    private static String three(String start) {
        return "{" + start + "\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
                + "{\"role\":\"assistant\",\"name\":\"ann\",\"content\":\"a1\"},"
                + "{\"role\":\"assistant\",\"name\":\"bob\",\"content\":\"b1\",\"tool_calls\":[{\"id\":\"c\","
                + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"},"
                + "{\"role\":\"assistant\",\"name\":\"cid\",\"content\":\"c1\"},"
                + "{\"role\":\"assistant\",\"name\":\"ann\",\"content\":\"a2\"},"
                + "{\"role\":\"assistant\",\"name\":\"bob\",\"content\":\"b2\"}]}";
    }

    @Test
    void anErasedAgentComesBackAndOtherFilesAreImported() throws IOException {
        Path file = write("new.jsonl", ANN);
        Path other = write("other.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"other\"}]}");
        assertThat(run("import", file.toString()).code()).isZero();
        erase("ann");

        Run again = run("import", file.toString(), other.toString());

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("1 transcript imported", "1 put back");
        assertThat(run("import", file.toString(), other.toString()).out())
                .contains(
                        "new.jsonl (openai): 0 transcripts imported, 1 stored already",
                        "other.jsonl (openai): 0 transcripts imported, 1 stored already");
        use(db -> {
            assertThat(contents(db)).containsExactly("1 my address is Elm Street 7", "2 thanks, Elm Street 7");
            assertThat(db.tasks().list(10, 0)).hasSize(2);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "ann", "bob", "cid"})
    void oneOfSeveralAgentsComesBackInItsPlaces(String name) throws IOException {
        for (String id : List.of("", "\"id\":\"r\",")) {
            Path file = write("three.jsonl", three(id));
            Files.deleteIfExists(directory.resolve("runs.db"));
            run("import", file.toString());
            List<String> before = new ArrayList<>();
            use(db -> before.addAll(contents(db)));
            erase(name);

            Run again = run("import", file.toString());

            assertThat(again.code()).as(again.err()).isZero();
            assertThat(again.err()).isEmpty();
            Run third = run("import", file.toString());
            assertThat(third.out()).as(name).contains("1 stored already");
            use(db -> {
                boolean isStart = name.equals("user");
                assertThat(contents(db)).isEqualTo(isStart ? before.subList(1, before.size()) : before);
                assertThat(db.tasks().list(10, 0)).hasSize(1);
                assertThat(db.toolExecutions().list(10, 0))
                        .hasSize(1)
                        .allMatch(use -> use.answerMessageId() != null && use.messageId() != null);
                assertThat(conversation(db).lastSequenceNumber()).isEqualTo(7);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "3", "4", "7", "2 3 5", "1 2 3 4 5 6 7", "1 3"})
    void messagesThatAnApplicationDeletedComeBackInTheirPlaces(String numbers) throws IOException {
        for (String id : List.of("", "\"id\":\"r\",")) {
            for (boolean withTask : new boolean[] {false, true}) {
                Files.deleteIfExists(directory.resolve("runs.db"));
                Path file = write("three.jsonl", three(id));
                run("import", file.toString());
                List<String> before = new ArrayList<>();
                use(db -> {
                    before.addAll(contents(db));
                    List<Message> all = messages(db);
                    for (String number : numbers.split(" ")) {
                        db.messages()
                                .delete(all.get(Integer.parseInt(number) - 1).id());
                    }
                    if (withTask) {
                        db.tasks().delete(db.tasks().list(1, 0).get(0).id());
                    }
                });

                Run again = run("import", file.toString());

                assertThat(again.code()).as(again.err()).isZero();
                assertThat(again.err()).isEmpty();
                assertThat(again.out()).contains("1 put back");
                assertThat(run("import", file.toString()).out()).contains("1 stored already");
                use(db -> {
                    assertThat(contents(db)).isEqualTo(before);
                    assertThat(db.toolExecutions().list(10, 0))
                            .hasSize(1)
                            .allMatch(use -> use.answerMessageId() != null && use.messageId() != null);
                    assertThat(db.tasks().list(10, 0)).hasSize(1);
                });
            }
        }
    }

    /** Retention keeps the newest. What it deleted does not come back each night. */
    @Test
    void theStartThatRetentionDeletedStaysAway() throws IOException {
        Path file = write("r.jsonl", three("\"id\":\"r\","));
        run("import", file.toString());
        use(db ->
                messages(db).stream().limit(2).forEach(message -> db.messages().delete(message.id())));

        assertThat(run("import", file.toString()).out()).contains("1 stored already");

        write("r.jsonl", three("\"id\":\"r\",").replace("\"b2\"}", "\"b2\"},{\"role\":\"user\",\"content\":\"q2\"}"));
        assertThat(run("import", file.toString()).out()).contains("1 grown");
        use(db -> assertThat(contents(db)).hasSize(6).endsWith("7 b2", "8 q2"));
    }

    @Test
    void whatAnApplicationWroteBehindStaysThere() throws IOException {
        Path file = write("new.jsonl", ANN);
        run("import", file.toString());
        erase("ann");
        use(db -> db.messages()
                .create(Message.builder()
                        .conversationId(conversation(db).id())
                        .senderId(db.agents().findByName("user").orElseThrow().id())
                        .content("mine")
                        .build()));

        Run again = run("import", file.toString());

        assertThat(again.code()).as(again.err()).isZero();
        use(db -> assertThat(contents(db))
                .containsExactly("1 my address is Elm Street 7", "2 thanks, Elm Street 7", "3 mine"));
    }

    @Test
    void aRunThatHasGrownGetsWhatWasErasedBefore() throws IOException {
        String start = "{\"id\":\"s\"," + ANN.substring(1, ANN.length() - 2);
        Path file = write("s.jsonl", start + "]}");
        run("import", file.toString());
        erase("ann");
        write("s.jsonl", start + ",{\"role\":\"user\",\"content\":\"and\"}]}");

        Run again = run("import", file.toString());

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err()).isEmpty();
        use(db -> assertThat(contents(db))
                .containsExactly("1 my address is Elm Street 7", "2 thanks, Elm Street 7", "3 and"));
        assertThat(run("import", file.toString()).out()).contains("1 stored already");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"id\":\"r\","})
    void aRunOfWhichTaskAndConversationWereDeletedComesBack(String id) throws IOException {
        Path file = write("r.jsonl", three(id));
        run("import", file.toString());
        use(db -> {
            db.conversations().delete(conversation(db).id());
            db.tasks().delete(db.tasks().list(1, 0).get(0).id());
        });

        Run again = run("import", file.toString());

        assertThat(again.code()).as(again.err()).isZero();
        use(db -> assertThat(contents(db)).hasSize(7));
        run("erase", "conversation", idOfConversation());
        assertThat(run("import", file.toString()).code()).isZero();
        use(db -> assertThat(contents(db)).hasSize(7));
    }

    @Test
    void aPseudonymisedAgentIsNoObstacle() throws IOException {
        Path file = write("three.jsonl", three("") + "\n" + three("\"id\":\"r\","));
        run("import", file.toString());
        use(db -> db.erasure().erase(ErasureRequest.agent(id(db, "ann")).pseudonymised()));

        Run again = run("import", file.toString());

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err()).isEmpty();
    }

    /** A run without an id, of which the conversation has branches now: its messages' places are taken. */
    @Test
    void aRunWhoseConversationHasBranchesIsStoredBeside() throws IOException {
        Path file = write("new.jsonl", ANN);
        run("import", file.toString());
        use(db -> {
            Message first = messages(db).get(0);
            for (int i = 0; i < 2; i++) {
                db.messages()
                        .create(Message.builder()
                                .conversationId(first.conversationId())
                                .senderId(first.senderId())
                                .parentId(first.id())
                                .content("branch " + i)
                                .build());
            }
        });
        erase("ann");

        Run again = run("import", file.toString());

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err()).contains("stored beside");
        Run third = run("import", file.toString());
        assertThat(third.out()).contains("1 stored already");
        assertThat(third.err()).isEmpty();
    }

    @Test
    void messagesThatAreMissingAmongBranchesStayAwayWithAWarning() throws IOException {
        Path file = write("three.jsonl", three("\"id\":\"r\","));
        run("import", file.toString());
        use(db -> {
            Message fifth = messages(db).get(4);
            db.conversations().fork(fifth.conversationId(), fifth.id());
            db.messages().delete(messages(db).get(1).id());
        });

        Run again = run("import", file.toString());

        assertThat(again.out()).contains("1 stored already");
        assertThat(again.err()).contains("some messages were deleted; they are not restored");
    }

    @Test
    void whatIsLeftIsCountedAndHasNoTimeOfItsOwn() throws IOException {
        Path file = write("new.jsonl", ANN);
        run("import", file.toString());
        run("search", "--enable");
        erase("ann");

        for (String[] filter : new String[][] {{}, {"--newest"}}) {
            List<String> args = new ArrayList<>(List.of("list", "conversations"));
            args.addAll(List.of(filter));
            JsonNode row = json(args.toArray(String[]::new)).at("/conversations/0");
            assertThat(row.path("messages").asInt()).isEqualTo(1);
            assertThat(row.path("timed").asBoolean(true)).isFalse();
        }
        Run shown = run("show", idOfConversation());
        assertThat(shown.out()).contains("Messages     1, shown: 1 to 1", "(imported; the source has no times)");
        assertThat(shown.out().lines().filter(line -> line.startsWith("#1")).toList())
                .allMatch(line -> !line.contains(" 202"))
                .hasSize(1);
        assertThat(json("search", "elm").at("/results/0/timed").asBoolean(true)).isFalse();
    }

    @Test
    void aCallWhoseTaskIsGoneHasNoTimeOfItsOwn() throws IOException {
        run("import", write("three.jsonl", three("")).toString());
        run("search", "--enable");
        use(db -> db.tasks().delete(db.tasks().list(1, 0).get(0).id()));

        JsonNode call = json("search", "r", "tool:f").at("/results/0");

        assertThat(call.path("kind").asText()).isEqualTo("tool");
        assertThat(call.path("timed").asBoolean(true)).isFalse();
    }

    @Test
    void timesOfTheSourceOutliveTheTask() throws IOException {
        run(
                "import",
                write(
                                "t.jsonl",
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"q\",\"timestamp\":\"2025-03-04T05:06:07Z\"}]}")
                        .toString());
        use(db -> db.tasks().delete(db.tasks().list(1, 0).get(0).id()));

        assertThat(run("show", idOfConversation()).out()).contains("2025-03-04 05:06:07");
        assertThat(run("list", "conversations").out()).contains("2025-03-04 05:06");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text + "\n");
    }

    private void erase(String name) {
        AgentId[] id = new AgentId[1];
        use(db -> id[0] = id(db, name));
        Run erased = run("erase", "agent", id[0].value());
        assertThat(erased.code()).as(erased.err()).isZero();
    }

    private static AgentId id(Database db, String name) {
        return db.agents().findByName(name).orElseThrow().id();
    }

    private static Conversation conversation(Database db) {
        return db.conversations().list(PageRequest.first(1)).items().get(0);
    }

    private String idOfConversation() {
        String[] id = new String[1];
        use(db -> id[0] = conversation(db).id().value());
        return id[0];
    }

    private static List<Message> messages(Database db) {
        return db.messages()
                .listByConversation(conversation(db).id(), Direction.FORWARD, PageRequest.first(100))
                .items();
    }

    private static List<String> contents(Database db) {
        return messages(db).stream()
                .map(message -> message.sequenceNumber() + " " + message.content())
                .toList();
    }

    private void use(Consumer<Database> work) {
        try (Database db = Database.open(directory.resolve("runs.db"))) {
            work.accept(db);
        }
    }

    private JsonNode json(String... command) throws IOException {
        List<String> args = new ArrayList<>(List.of(command));
        args.add("--json");
        Run run = run(args.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    private Run run(String... command) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of("--db", directory.resolve("runs.db").toString()));
        return MainTest.run(args.toArray(String[]::new));
    }
}
