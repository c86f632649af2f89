package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.SCORES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Records;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.blobs.BlobRepository;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.ConversationRepository;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.deleted.DeletedRecords;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.queries.Into;
import dev.modelscan.storage.queries.StoredCommand;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskRepository;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the library rejects, and unusual values that it stores. */
abstract class BadInputContract extends Contract {

    private static InvalidDataException refusal(Callable<?> call) {
        InvalidDataException refusal = catchThrowableOfType(InvalidDataException.class, call::call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isNotBlank();
        assertThat(refusal).hasMessageContaining(refusal.field()).hasMessageContaining(refusal.reason());
        assertThat(refusal.entity()).isNotBlank();
        assertThat(refusal).hasMessageContaining(refusal.entity());
        return refusal;
    }

    private static void requireField(String entity, String field, Callable<?> call) {
        InvalidDataException refusal = refusal(call);
        assertThat(refusal.entity()).isEqualTo(entity);
        assertThat(refusal.field()).isEqualTo(field);
    }

    /** SQLite would take null. */
    @Test
    void aParameterWithoutAValueIsRefused() {
        Agent kept = db.agents().create(Agent.builder().name("kept").mode("llm").build());
        String update = "UPDATE agents SET mode = ? WHERE name = ? OR ? IS NULL";
        Field<String> unset = DSL.field("?", String.class);

        requireValues(() -> db.useTx(tx -> tx.dsl().execute(update, "other", "none")));
        requireValues(() -> db.dsl().fetch("SELECT name FROM agents WHERE name = ?"));
        requireValues(() -> db.dsl().selectFrom(AGENTS).where("name = ?").fetch());
        requireValues(() -> db.dsl()
                .selectFrom(AGENTS)
                .where(AGENTS.MODE.eq("llm"))
                .and("name = ?")
                .fetch());
        requireValues(() -> db.dsl().select(unset).fetchLazy().close());
        requireValues(() ->
                db.useTx(tx -> tx.dsl().update(AGENTS).set(AGENTS.MODE, unset).execute()));
        requireValues(() -> db.useTx(tx -> tx.dsl()
                .insertInto(SCORES, SCORES.ID)
                .select(DSL.select(SCORES.ID).from(SCORES).where("id = ?"))
                .execute()));
        requireValues(() ->
                db.useTx(tx -> tx.dsl().deleteFrom(AGENTS).where("? IS NULL").execute()));
        requireValues(() -> db.useTx(tx -> tx.dsl()
                .batch(update)
                .bind("other", "none")
                .bind("other", "any")
                .execute()));
        requireValues(() -> db.tasks().list(DSL.condition("type = ?"), List.of(TASKS.ID), PageRequest.first(10)));
        requireValues(() -> db.query(UNSET).list(10));
        requireValues(() -> db.useTx(tx -> tx.command(SET_UNSET).execute()));
        assertThat(db.agents().get(kept.id())).isEqualTo(kept);
    }

    /** jOOQ sends them with their values in the text. */
    @Test
    void aTextWithAParameterIsRefused() {
        Agent kept = db.agents().create(Agent.builder().name("kept").mode("llm").build());
        Settings texts = new Settings().withStatementType(StatementType.STATIC_STATEMENT);
        DSLContext reading = DSL.using(db.dsl().configuration().derive(texts));

        requireStorage(() -> reading.fetch("SELECT name FROM agents WHERE name = ?"));
        requireStorage(() -> db.useTx(tx -> DSL.using(tx.dsl().configuration().derive(texts))
                .execute("UPDATE agents SET metadata = metadata WHERE mode <> ?")));
        requireStorage(() -> db.useTx(tx -> tx.dsl()
                .batch("UPDATE agents SET mode = 'other'", "UPDATE agents SET metadata = metadata WHERE mode <> ?")
                .execute()));
        assertThat(reading.selectFrom(AGENTS).where(AGENTS.NAME.ne("?")).fetch(Records::agent))
                .containsExactly(kept);
        assertThat(reading.fetch("SELECT name FROM agents WHERE name = ?", "kept"))
                .hasSize(1);
    }

    private static void requireStorage(ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(StorageException.class);
    }

    static final StoredQuery<String> UNSET = StoredQueries.query(
            () -> DSL.select(AGENTS.NAME).from(AGENTS).where("? IS NULL").orderBy(AGENTS.ID),
            Into.into((String name) -> name));

    static final StoredCommand SET_UNSET =
            StoredQueries.command(() -> DSL.update(AGENTS).set(AGENTS.MODE, DSL.field("?", String.class)));

    private static void requireValues(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(StorageException.class)
                .hasMessageContaining("parameter")
                .hasMessageContaining("give a value for each ?");
    }

    @Test
    void aValueStandsForEachParameterOfAText() {
        Agent kept = db.agents().create(Agent.builder().name("kept").mode("llm").build());
        Param<String> twice = DSL.param("name", "kept");

        assertThat(db.dsl().fetch("SELECT name FROM agents WHERE name = ?", "kept"))
                .hasSize(1);
        assertThat(db.dsl().fetch("SELECT name FROM agents WHERE name = {0} AND name = {0}", twice))
                .hasSize(1);
        assertThat(db.dsl()
                        .selectFrom(AGENTS)
                        .where("name = ?", "kept")
                        .and(AGENTS.MODE.eq("llm"))
                        .fetch())
                .hasSize(1);
        int[] changed = db.withTx(tx -> tx.dsl()
                .batch("UPDATE agents SET mode = ? WHERE name = ?")
                .bind("other", "kept")
                .bind("another", "none")
                .execute());
        assertThat(changed).containsExactly(1, 0);
        assertThat(db.agents().get(kept.id()).mode()).isEqualTo("other");
    }

    static Stream<String> badNames() {
        return Stream.of(
                "",
                " ",
                "\t\r\n",
                "\u2003",
                "x".repeat(256),
                "\uD83D\uDE00".repeat(256),
                "a\0b",
                "\0",
                "\uD800",
                "a\uDC00b",
                "\uDC00\uD800");
    }

    @ParameterizedTest
    @MethodSource("badNames")
    void whatIsNoNameIsRefusedWhereverANameBelongs(String name) {
        Agent sender = createAgent("sender");
        requireField("agent", "name", () -> agent(name).build());
        requireField("agent", "mode", () -> agent("a").mode(name).build());
        requireField("agent", "capabilities", () -> agent("a")
                .capabilities("b", name)
                .build());
        requireField("team", "name", () -> Team.builder().name(name).build());
        requireField("workflow", "name", () -> workflow().name(name).build());
        requireField("task", "type", () -> task().type(name).build());
        requireField("tool execution", "toolName", () -> execution(sender)
                .toolName(name)
                .build());
        requireField("agent", "id", () -> new AgentId(name));
        requireField("team", "id", () -> new TeamId(name));
        requireField("task", "id", () -> new TaskId(name));
        requireField("workflow", "id", () -> new WorkflowId(name));
        requireField("message", "id", () -> new MessageId(name));
        requireField("conversation", "id", () -> new ConversationId(name));
        requireField("tool execution", "id", () -> new ToolExecutionId(name));
        assertThat(everything()).containsExactly(sender);
    }

    static Stream<String> strangeNames() {
        return Stream.of(
                "x".repeat(255),
                "\uD83D\uDE00".repeat(255),
                "'; DROP TABLE agents; --",
                "\" OR \"\"=\"",
                "%",
                "_",
                "\\",
                "a\\'b",
                "?",
                "{0}",
                ":name",
                "${name}",
                " padded ",
                "two\nlines",
                "\u00A0",
                "\uFEFFbom",
                "e\u0301",
                "\u00E9",
                "\u202Eright to left",
                "NULL",
                "\u0001\u001F\u007F",
                "\uFFFF\uFFFE");
    }

    @ParameterizedTest
    @MethodSource("strangeNames")
    void aStrangeNameIsStoredToTheLetterAndFound(String name) {
        Agent bystander = createAgent("bystander");
        Agent stored = db.agents()
                .create(agent(name)
                        .id(new AgentId(name))
                        .mode(name)
                        .capabilities(name, name)
                        .build());
        Team team = db.teams()
                .create(Team.builder()
                        .id(new TeamId(name))
                        .name(name)
                        .description(name)
                        .build());
        db.teams().addMember(team.id(), stored.id(), name);

        assertThat(db.agents().get(new AgentId(name))).isEqualTo(stored);
        assertThat(db.agents().getByName(name)).isEqualTo(stored);
        assertThat(stored.name()).isEqualTo(name);
        assertThat(db.teams().getByName(name)).isEqualTo(team);
        assertThat(db.teams().listMembers(team.id()).get(0).role()).isEqualTo(name);
        assertThat(walk(1, db.agents()::list)).hasSize(2).contains(stored, bystander);
        db.agents().setActive(List.of(stored.id()));
        assertThat(db.agents().get(stored.id()).status()).isEqualTo(AgentStatus.ACTIVE);
        assertThat(db.agents().get(bystander.id()).status()).isEqualTo(AgentStatus.INACTIVE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "PENDING", "Idle", "idle ", "done", "'", "\0", "null"})
    void anUnknownStatusIsRefused(String code) {
        requireField("agent", "status", () -> AgentStatus.fromCode(code));
        requireField("task", "status", () -> TaskStatus.fromCode(code));
        requireField("workflow", "status", () -> WorkflowStatus.fromCode(code));
        requireField("tool execution", "status", () -> ToolExecutionStatus.fromCode(code));
    }

    @Test
    void aRepositoryIsFoundByItsTypeAndNoOtherType() {
        assertThat(db.repository(TaskRepository.class)).isSameAs(db.tasks());
        assertThat(db.repository(ConversationRepository.class)).isSameAs(db.conversations());
        assertThat(db.repository(BlobRepository.class)).isSameAs(db.blobs());
        assertThat(db.repository(DeletedRecords.class)).isSameAs(db.deletedRecords());
        db.useTx(tx -> assertThat(tx.repository(TaskRepository.class)).isSameAs(tx.tasks()));
        assertThatThrownBy(() -> db.repository(Task.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dev.modelscan.storage.tasks.Task is not a repository of the library");
    }

    @Test
    void whatIsRequiredAndMissingIsRefused() {
        Agent sender = createAgent("sender");
        requireField("agent", "name", () -> Agent.builder().mode("llm").build());
        requireField("agent", "mode", () -> Agent.builder().name("a").build());
        requireField("agent", "status", () -> agent("a").status(null).build());
        requireField("agent", "metadata", () -> agent("a").metadata((Json) null).build());
        requireField("agent", "capabilities", () -> agent("a")
                .capabilities((List<String>) null)
                .build());
        requireField("agent", "capabilities", () -> agent("a")
                .capabilities(Arrays.asList("b", null))
                .build());
        requireField("team", "name", () -> Team.builder().build());
        requireField("task", "type", () -> Task.builder().build());
        requireField(
                "message",
                "conversationId",
                () -> Message.builder().senderId(sender.id()).content("").build());
        requireField(
                "message",
                "senderId",
                () -> Message.builder().conversationId(CONVERSATION).content("").build());
        requireField("message", "content", () -> message(sender).content(null).build());
        requireField("message", "contentType", () -> message(sender)
                .contentType(null)
                .build());
        requireField("tool execution", "agentId", () -> execution(sender)
                .agentId(null)
                .build());
    }

    static Stream<String> badJson() {
        return Stream.of(
                "",
                " ",
                "{",
                "}",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "[1 2]",
                "{} {}",
                "1 2",
                "nul",
                "NaN",
                "[NaN]",
                "Infinity",
                "-Infinity",
                "+1",
                "01",
                "1.",
                ".5",
                "1e",
                "0x10",
                "\"",
                "\"\t\"",
                "\"\n\"",
                "\"\\x\"",
                "\"\\u12\"",
                "// comment\n1",
                "/* comment */ 1",
                "\uFEFF{}",
                "\u00A0{}",
                "\u2003{}",
                "{}\u000B",
                "{\"a\":1,\"a\":2}",
                "{\"b\":{\"a\":1,\"\\u0061\":2}}",
                "\"\0\"",
                "\"\\u0000\"",
                "{\"\\u0000\":1}",
                "{\"a\":[\"x\\u0000y\"]}",
                "\"\uD800\"",
                "\"\uDC00x\"",
                "\"\\uD800\"",
                "\"\\uDC00\\uD800\"",
                "{\"\\uD83D\":1}",
                "1e10001",
                "1e-10001",
                "1e999999999",
                "1e99999999999",
                "1".repeat(1_001),
                "1." + "0".repeat(6_000) + "e-7000",
                "1." + "0".repeat(9_000) + "e-8000",
                "1." + "0".repeat(1_000) + "e-10000",
                "[".repeat(1_001) + "]".repeat(1_001));
    }

    @ParameterizedTest
    @MethodSource("badJson")
    void whatIsNoJsonIsRefused(String text) {
        requireField("json", "value", () -> Json.parse(text));
        Agent sender = createAgent("sender");
        Message message = contentOrNull(sender, text);
        if (message != null) {
            InvalidDataException refusal = refusal(() -> db.messages().create(message));
            assertThat(refusal.field()).isEqualTo("content");
            assertThat(refusal.id()).isEqualTo(message.id().value());
        }
        assertThat(everything()).containsExactly(sender);
    }

    /** Text with a NUL or an unpaired surrogate is never valid content. */
    private static Message contentOrNull(Agent sender, String text) {
        try {
            return message(sender).contentType(ContentType.JSON).content(text).build();
        } catch (InvalidDataException e) {
            return null;
        }
    }

    @ParameterizedTest
    @MethodSource("longestJson")
    void jsonAtItsLimitsIsStored(String text) {
        Json stored = Json.of(Map.of("value", Json.parse(text).toNode()));
        Agent agent = db.agents().create(agent("a").metadata(stored).build());
        assertThat(db.agents().get(agent.id()).metadata()).isEqualTo(stored);
    }

    static Stream<String> longestJson() {
        return Stream.of(
                "1e10000",
                "1e-10000",
                "12.5e9999",
                "1".repeat(1_000),
                "0." + "1".repeat(1_000),
                "-1." + "1".repeat(999) + "e-10000",
                "1." + "0".repeat(10_999),
                "1" + "0".repeat(9_000));
    }

    @Test
    void jsonIsNestedAThousandLevelsDeepAndNoDeeper() {
        List<Object> items = List.of();
        ArrayNode tree = JsonNodeFactory.instance.arrayNode();
        for (int depth = 1; depth < 1_000; depth++) {
            items = List.of(items);
            tree = JsonNodeFactory.instance.arrayNode().add(tree);
        }
        Json deepest = Json.parse("[".repeat(1_000) + "]".repeat(1_000));
        assertThat(List.of(Json.of(items), Json.of(tree))).containsOnly(deepest);
        assertThat(deepest.toNode()).isEqualTo(tree);
        List<Object> deeperItems = List.of(items);
        ArrayNode deeperTree = JsonNodeFactory.instance.arrayNode().add(tree);
        requireField("json", "value", () -> Json.of(deeperItems));
        requireField("json", "value", () -> Json.of(deeperTree));
    }

    @Test
    void whatHasNoFormInJsonIsRefused() {
        Map<String, Object> endless = new HashMap<>();
        endless.put("self", endless);
        Map<Object, Object> nullKey = new HashMap<>();
        nullKey.put(null, 1);
        for (Object value : List.of(
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Float.NaN,
                Float.NEGATIVE_INFINITY,
                List.of(Map.of("deep", Double.NaN)),
                new double[] {1, Double.NEGATIVE_INFINITY},
                new byte[] {1},
                "\0",
                "\uD800",
                Map.of("\uDC00", 1),
                Map.of("a\0", 1),
                nullKey,
                endless,
                Map.of(1, "a number as key"),
                java.time.DayOfWeek.MONDAY,
                java.time.Instant.EPOCH,
                new char[] {'a'},
                new Object())) {
            requireField("json", "value", () -> agent("a")
                    .metadata(Map.of("value", value))
                    .build());
        }
        assertThat(everything()).isEmpty();
    }

    @Test
    void metadataThatIsNoObjectIsRefused() {
        for (String text : List.of("[]", "1", "\"{}\"", "null", "true")) {
            requireField("agent", "metadata", () -> agent("a")
                    .metadata(Json.parse(text))
                    .build());
        }
    }

    private static Json nested(int depth) {
        return Json.parse("{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
    }

    @Test
    void jsonThatIsTooDeepForTheDatabaseIsRefused() {
        Agent agent = createAgent("a");
        InvalidDataException refusal = refusal(
                () -> db.agents().create(agent("b").metadata(nested(101)).build()));
        assertThat(refusal.field()).isEqualTo("metadata");
        assertThat(refusal.reason()).contains("101").contains("100").contains("maxJsonDepth");
        requireField("task", "input", () -> db.tasks()
                .create(task().input(nested(101)).build()));
        requireField("task", "output", () -> db.tasks()
                .create(task().output(nested(101)).build()));
        requireField("agent", "metadata", () -> db.agents()
                .update(agent.toBuilder().metadata(nested(101)).build()));
        requireField("agent", "metadata", () -> db.agents()
                .createAll(List.of(
                        agent("c").build(), agent("b").metadata(nested(101)).build())));
        requireField("message", "content", () -> db.messages()
                .create(message(agent)
                        .contentType(ContentType.JSON)
                        .content(nested(101).toString())
                        .build()));
        assertThat(everything()).containsExactly(agent);

        Agent deep = db.agents().create(agent("deep").metadata(nested(100)).build());
        assertThat(db.agents().get(deep.id())).isEqualTo(deep);
    }

    @Test
    void theDepthOfJsonCanBeLimitedFurtherOrLess() {
        try (var shallow = builder().maxJsonDepth(2).open();
                var deep = builder().maxJsonDepth(1_000).open()) {
            requireField("agent", "metadata", () -> shallow.agents()
                    .create(agent("a").metadata(nested(3)).build()));
            Agent two = shallow.agents().create(agent("a").metadata(nested(2)).build());
            Agent thousand =
                    deep.agents().create(agent("a").metadata(nested(1_000)).build());

            assertThat(shallow.agents().list(10, 0)).containsExactly(two);
            assertThat(deep.agents().get(thousand.id())).isEqualTo(thousand);
        }
    }

    @Test
    void valuesThatAreTooLargeAreRefused() {
        try (var small = builder().maxValueBytes(1_024).open()) {
            Agent sender = small.agents().create(agent("sender").build());
            String most = "é".repeat(512);
            String tooMany = "é".repeat(512) + "x";
            Json large = Json.of(List.of(most));
            requireField("message", "content", () -> small.messages()
                    .create(message(sender).content(tooMany).build()));
            requireField("team", "description", () -> small.teams()
                    .create(Team.builder().name("t").description(tooMany).build()));
            requireField("task", "input", () -> small.tasks()
                    .create(task().input(large).build()));
            requireField("task", "error", () -> small.tasks()
                    .create(task().error(tooMany).build()));
            requireField("agent", "capabilities", () -> small.agents()
                    .create(agent("b")
                            .capabilities(IntStream.range(0, 200)
                                    .mapToObj(i -> "item " + i)
                                    .toList())
                            .build()));
            var task = small.tasks().create(task().build());
            requireField("task", "output", () -> small.tasks().updateOutput(task.id(), large));
            requireField("task", "error", () -> small.tasks().fail(task.id(), tooMany));
            Message stored =
                    small.messages().create(message(sender).content(most).build());
            requireField(
                    "conversation", "summary", () -> small.conversations().compact(CONVERSATION, stored.id(), tooMany));
            small.conversations().compact(CONVERSATION, stored.id(), most);

            assertThat(small.messages().list(10, 0)).containsExactly(stored);
            assertThat(small.tasks().list(10, 0)).containsExactly(task);
            assertThat(small.teams().list(10, 0)).isEmpty();
            assertThat(small.agents().list(10, 0)).containsExactly(sender);
        }
    }

    @Test
    void optionsOutOfRangeAreRejected() {
        Map<DatabaseBuilder, String> messages = Map.of(
                builder().maxJsonDepth(0), "maxJsonDepth is 0; it has to be 1 to 1,000",
                builder().maxJsonDepth(1_001), "maxJsonDepth is 1001; it has to be 1 to 1,000",
                builder().maxValueBytes(1_023), "maxValueBytes is 1023; it has to be 1,024 to 1,000,000,000",
                builder().readers(0), "readers ",
                builder().busyTimeout(Duration.ofMillis(-1)), "busyTimeout is PT-0.001S; it has to be 0 to 1 h");
        messages.forEach((builder, message) -> assertThatThrownBy(builder::open)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message));
    }

    static Stream<String> goodJson() {
        return Stream.of(
                "{}",
                " \n\t{ } \r\n",
                "[]",
                "null",
                "true",
                "\"\"",
                "0",
                "-0",
                "-0.0",
                "1.0",
                "123456789012345678901234567890",
                "-123456789012345678901234567890.123456789012345678901234567890",
                "1e300",
                "-1E-300",
                "1e400",
                "-1.5e9998",
                "1e-9999",
                "[1e5000, 1.000, 1e0]",
                "1".repeat(1_000),
                "9007199254740993",
                "0.1000",
                "\"\\u0041\\n\\t\\\"\\\\\\/\\b\\f\\r\"",
                "\"\\uD83D\\uDE00 \uD83D\uDE00\"",
                "\"\u0001\"".replace("\u0001", "\\u0001"),
                "\"\u007F\u0085\u2028\u2029\uFEFF\uFFFF\"",
                "{\"\":{\"\":\"\"}}",
                "{\"a\":1,\"A\":2,\" a\":3}",
                "{\"@type\":\"java.lang.Runtime\",\"@class\":\"x\"}",
                "[" + "1,".repeat(20_000) + "1]",
                IntStream.range(0, 5_000)
                        .mapToObj(i -> "\"k" + i + "\":" + i)
                        .collect(Collectors.joining(",", "{", "}")),
                "[".repeat(98) + "{}" + "]".repeat(98));
    }

    @ParameterizedTest
    @MethodSource("goodJson")
    void jsonComesBackWithTheSameValue(String text) {
        Json json = Json.parse(text);
        var task = db.tasks()
                .create(task().input(json)
                        .output(json)
                        .metadata(Json.parse("{\"value\":" + text + "}"))
                        .build());

        var read = db.tasks().get(task.id());

        assertThat(read.input()).isEqualTo(json);
        assertThat(read.output()).isEqualTo(json);
        assertThat(Json.of(read.input().toNode())).isEqualTo(json);
        assertThat(Json.of(read.metadata().toNode().get("value"))).isEqualTo(json);
        assertThat(db.tasks().update(read).metadata()).isEqualTo(task.metadata());
        assertThat(db.tasks().updateOutput(task.id(), json).output()).isEqualTo(json);
    }

    @Test
    void contentOfOneMegabyteComesBack() {
        Agent sender = createAgent("sender");
        String content = "0123456789abcde\n".repeat(65_536);

        Message stored = db.messages().create(message(sender).content(content).build());

        assertThat(db.messages().get(stored.id()).content().equals(content)).isTrue();
    }

    @Test
    void everyCharacterOfUnicodeButNulComesBack() {
        Agent sender = createAgent("sender");
        StringBuilder all = new StringBuilder();
        for (int code = 1; code <= Character.MAX_CODE_POINT; code++) {
            if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
                all.appendCodePoint(code);
            }
        }
        String content = all.toString();
        Json json = Json.of(Map.of("all", content));

        Message stored = db.messages()
                .create(message(sender).content(content).metadata(json).build());

        Message read = db.messages().get(stored.id());
        assertThat(read.content().equals(content)).isTrue();
        assertThat(read.metadata().toNode().get("all").asText().equals(content)).isTrue();
    }

    @Test
    void emptyContentIsContent() {
        Agent sender = createAgent("sender");
        for (ContentType type : List.of(ContentType.TEXT, ContentType.COMMAND)) {
            Message stored = db.messages()
                    .create(message(sender).contentType(type).content("").build());
            assertThat(db.messages().get(stored.id()).content()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0", "\uD800", "x\uDC00y"})
    void textThatNoEngineGivesBackIsRefused(String text) {
        Agent sender = createAgent("sender");
        requireField("message", "content", () -> message(sender).content(text).build());
        requireField(
                "team",
                "description",
                () -> Team.builder().name("t").description(text).build());
        requireField("task", "error", () -> task().error(text).build());
        requireField(
                "tool execution", "error", () -> execution(sender).error(text).build());
    }

    @Test
    void aRefusalInsideCreateAllStoresNothing() {
        assertThatThrownBy(() -> db.agents()
                        .createAll(List.of(
                                agent("a").build(),
                                agent("b").metadata(nested(500)).build())))
                .isInstanceOf(InvalidDataException.class);

        assertThat(everything()).isEmpty();
    }
}
