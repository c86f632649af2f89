package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.errors.SearchIndexException;
import dev.modelscan.storage.search.SearchHit;
import dev.modelscan.storage.search.SearchProgress;
import dev.modelscan.storage.search.SearchSyntaxException;
import dev.modelscan.storage.testkit.StatementLog;
import dev.modelscan.storage.tools.ToolExecution;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Full-text search: the same rows on every engine. */
abstract class SearchContract extends Contract {

    private Agent coder;

    @BeforeEach
    void prepare() {
        coder = createAgent("Code reviewer");
        db.search().enable();
    }

    /** The next test gets the schema, and may want none. */
    @AfterEach
    void removeTheIndex() {
        db.search().disable();
    }

    private Message say(String content) {
        return db.messages()
                .create(message(coder)
                        .content(content)
                        .createdAt(clock.instant())
                        .build());
    }

    @Test
    void tellsHowFarTheIndexIs() {
        db.search().disable();
        db.messages()
                .createAll(IntStream.range(0, 120)
                        .mapToObj(i -> message(coder)
                                .content(("word" + i + " ").repeat(14_000))
                                .build())
                        .toList());
        List<SearchProgress> told = new CopyOnWriteArrayList<>();

        assertThat(db.search().enable(told::add)).isTrue();

        assertThat(told).isNotEmpty().allSatisfy(progress -> {
            assertThat(progress.total()).isGreaterThanOrEqualTo(120);
            assertThat(progress.done()).isBetween(0L, progress.total());
        });
        assertThat(told).isSortedAccordingTo(Comparator.comparing(SearchProgress::done));
        assertThat(find("word119")).hasSize(1);
        db.search().rebuild(told::add);
    }

    private ToolExecution call(String input, String output) {
        return db.toolExecutions()
                .create(execution(coder)
                        .createdAt(clock.instant())
                        .input(Json.parse(input))
                        .output(output == null ? null : Json.parse(output))
                        .build());
    }

    /** The ids that a query finds, in order. */
    private List<String> find(String query) {
        return walk(3, request -> db.search().find(query, request)).stream()
                .map(SearchContract::id)
                .toList();
    }

    private static String id(SearchHit hit) {
        return hit.message() != null
                ? hit.message().id().value()
                : hit.toolExecution().id().value();
    }

    /** The contents of the messages that a query finds, sorted. */
    private List<String> said(String query) {
        return walk(100, request -> db.search().find(query, request)).stream()
                .map(hit -> hit.message().content())
                .sorted()
                .toList();
    }

    @Test
    void allWordsHaveToBeInOneText() {
        say("The Deploy failed, and nobody knew.");
        say("deploy went well");
        say("the failed one");
        assertThat(said("deploy failed")).containsExactly("The Deploy failed, and nobody knew.");
        assertThat(said("DEPLOY")).hasSize(2);
        assertThat(said("deplo")).isEmpty();
        assertThat(said("deplo*")).hasSize(2);
        assertThat(said("fail* know*")).isEmpty();
        assertThat(said("kn* fail*")).hasSize(1);
    }

    @Test
    void aPhraseMayHaveAnythingBetweenItsWordsThatIsNoWord() {
        List<String> found =
                List.of("one\n\ttwo", "(one) [two]", "ONE_two.", "x one. \u201ctwo\u201d x", "a one|two*b one\\\\two");
        List<String> others = List.of("one x two", "two one", "xone two", "one twox", "one \u00fctwo", "onetwo");
        found.forEach(this::say);
        others.forEach(this::say);

        assertThat(said("\"one two\"")).containsExactlyInAnyOrderElementsOf(found);
        assertThat(said("\"one.*two\" \"one_two\"")).containsExactlyInAnyOrderElementsOf(found);
        assertThat(said("\"one \u00fctwo\"")).containsExactly("one \u00fctwo");
    }

    @Test
    void aPhraseIsInOrderAndNextToEachOther() {
        say("one two three");
        say("two one three");
        say("one. Two!");
        assertThat(said("\"one two\"")).containsExactly("one two three", "one. Two!");
        assertThat(said("\"one thr\"")).isEmpty();
        assertThat(said("\"two thr\"*")).containsExactly("one two three");
        assertThat(said("one-two")).containsExactly("one two three", "one. Two!");
        assertThat(said("two-th*")).containsExactly("one two three");
        assertThat(said("\"one two\" three")).containsExactly("one two three");
    }

    @Test
    void whatSeparatesWords() {
        say("user_id=42; “quoted” — dash…end «x» caf\u00e9 Caf\u00c9 \u4f60\u597d\u3002\u4e16\u754c nb\u00a0sp");
        for (String query : List.of(
                "user",
                "user_id",
                "id=42",
                "quoted",
                "dash",
                "end",
                "x",
                "caf\u00e9",
                "caf\u00c9",
                "\u4f60*",
                "\u4e16\u754c",
                "sp")) {
            assertThat(said(query)).as(query).hasSize(1);
        }
        for (String query : List.of("CAF\u00c9S", "caf", "\u597d", "use", "quote")) {
            assertThat(said(query)).as(query).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u201eWort\u201c",
                "\u201aWort\u2018",
                "\u300cWort\u300d",
                "\u300aWort\u300b",
                "\uff08Wort\uff09",
                "ein\u202fWort\u3000hier",
                "ein\u2011Wort",
                "so\uff1bWort"
            })
    void quotationMarksSpacesAndHyphensOfOtherLanguagesSeparateWords(String text) {
        say(text);
        assertThat(said("wort")).containsExactly(text);
        assertThat(said(text)).containsExactly(text);
        assertThat(said('"' + text + '"')).containsExactly(text);
    }

    @Test
    void toolsAreFoundByWhatTheyWereGivenAndAnswered() {
        ToolExecution call = call(
                "{\"command\": \"ls -la /tmp\", \"deep\": [{\"x\": \"needle\\nin\"}], \"n\": 7}", "\"No such file\"");
        for (String query : List.of("tmp", "needle in", "\"needle in\"", "such ls", "tool:search tmp")) {
            assertThat(find(query)).as(query).containsExactly(call.id().value());
        }
        // Names of members, numbers, and a phrase over two values.
        for (String query : List.of("command", "7", "\"in no\"", "\"tmp needle\"", "tool:other tmp", "nneedle")) {
            assertThat(find(query)).as(query).isEmpty();
        }
        db.toolExecutions().fail(call.id(), "exploded badly");
        assertThat(find("exploded tmp")).containsExactly(call.id().value());
        SearchHit hit =
                db.search().find("exploded", PageRequest.first(1)).items().get(0);
        assertThat(hit.message()).isNull();
        assertThat(hit.snippet()).isEqualTo("exploded badly");
        assertThat(hit.createdAt()).isEqualTo(call.createdAt());
    }

    @Test
    void partsAreSearchedAndReasoningNever() {
        Message message = db.messages()
                .create(message(coder)
                        .content("see below")
                        .parts(List.of(
                                MessagePart.text("alpha beta"),
                                MessagePart.reasoning("secret thought"),
                                MessagePart.toolResult("c1", "gamma")))
                        .build());
        assertThat(find("alpha")).containsExactly(message.id().value());
        assertThat(find("gamma")).containsExactly(message.id().value());
        assertThat(find("secret")).isEmpty();
        // Each part is a text of its own.
        assertThat(find("alpha gamma")).isEmpty();
        assertThat(db.search().find("beta", PageRequest.first(1)).items().get(0).snippet())
                .isEqualTo("alpha beta");
    }

    @Test
    void filtersSayWhoWhichToolAndWhen() {
        Agent other = createAgent("other");
        Message first = say("common words");
        clock.set(clock.instant().plus(Duration.ofDays(1)));
        Message second = db.messages()
                .create(message(other)
                        .role(MessageRole.USER)
                        .createdAt(clock.instant())
                        .content("common words")
                        .build());
        String day = second.createdAt().toString().substring(0, 10);
        assertThat(find("common sender:\"Code reviewer\""))
                .containsExactly(first.id().value());
        assertThat(find("common sender:" + other.id()))
                .containsExactly(second.id().value());
        assertThat(find("common sender:user")).containsExactly(second.id().value());
        assertThat(find("common sender:nobody")).isEmpty();
        assertThat(find("after:" + second.createdAt() + " common"))
                .containsExactly(second.id().value());
        assertThat(find("before:" + second.createdAt() + " common"))
                .containsExactly(first.id().value());
        assertThat(find("common before:" + day)).containsExactly(first.id().value());
    }

    @Test
    void aToolAloneFindsAllOfItsCalls() {
        say("of no tool");
        String tool = call("{\"a\":\"first words\"}", null).toolName();
        clock.set(clock.instant().plus(Duration.ofDays(1)));
        ToolExecution second = call("{}", null);
        ToolExecution third = call("{\"b\":\"third\"}", "\"answered\"");

        List<SearchHit> found = walk(1, request -> db.search().find("tool:" + tool, request));

        assertThat(found).hasSize(3).allSatisfy(hit -> assertThat(hit.marks()).isEmpty());
        assertThat(found.stream().map(SearchContract::id).limit(2))
                .containsExactlyInAnyOrder(second.id().value(), third.id().value());
        assertThat(found.get(2).snippet()).isEqualTo("first words");
        assertThat(find("tool:" + tool + " before:" + second.createdAt()))
                .containsExactly(found.get(2).toolExecution().id().value());
        assertThat(find("tool:" + tool + " sender:nobody")).isEmpty();
        assertThat(find("tool:none")).isEmpty();
    }

    @Test
    void pagesAreTotallyOrderedEvenIfTimesAreEqual() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            expected.add(say("same " + i).id().value());
        }
        List<String> tools = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tools.add(call("\"same\"", null).id().value());
        }
        expected.sort(Comparator.reverseOrder());
        tools.sort(Comparator.reverseOrder());
        List<String> all = Stream.concat(tools.stream(), expected.stream()).toList();
        for (int limit = 1; limit < 13; limit++) {
            int size = limit;
            assertThat(walk(size, request -> db.search().find("same", request)))
                    .extracting(SearchContract::id)
                    .containsExactlyElementsOf(all);
        }
        clock.advance();
        String newest = say("same").id().value();
        assertThat(find("same")).hasSize(12).startsWith(newest);
    }

    @Test
    void aSnippetShowsWhereItIs() {
        say("x ".repeat(300) + "\u001b[31mred\u202e\n needle here needle " + "y ".repeat(300));
        SearchHit hit = db.search().find("needle", PageRequest.first(1)).items().get(0);
        assertThat(hit.snippet()).startsWith("…").endsWith("…").doesNotContain("\u001b", "\n", "\u202e");
        assertThat(hit.snippet().length()).isLessThanOrEqualTo(162);
        assertThat(hit.marks()).hasSize(2).allSatisfy(mark -> assertThat(
                        hit.snippet().substring(mark.from(), mark.to()))
                .isEqualTo("needle"));
    }

    /** The places with most of the words are shown; the first place of one of them may be far before. */
    @ParameterizedTest
    @CsvSource({"flight ,needle flight needle", "needle ,flight x needle", "needle x ,needle needle flight"})
    void marksAreInsideTheSnippetWhereverItBegins(String first, String dense) {
        for (int between : new int[] {0, 20, 39, 40, 41, 300, 1_000}) {
            say(first + "x".repeat(between) + " " + dense + " y".repeat(300));
        }
        for (SearchHit hit :
                db.search().find("needle flight", PageRequest.first(10)).items()) {
            assertThat(hit.marks()).isNotEmpty().allSatisfy(mark -> {
                assertThat(mark.from()).isNotNegative();
                assertThat(hit.snippet().substring(mark.from(), mark.to())).matches("(needle|flight|[a-z]{1,5})");
            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|0",
                "`  `|0",
                "`foo \"bar`|4",
                "`*`|0",
                "`foo *`|4",
                "`fo*o`|2",
                "`-*`|1",
                "`\"...\"`|0",
                "`&& | ()`|0",
                "`sender: x`|7",
                "`foo sender:\"\"`|11",
                "`foo tool:\"x`|9",
                "`after:yesterday x`|6",
                "`x before:2026-13-01`|9",
                "`x after:+12000-01-01T00:00:00Z`|8",
                "`x before:-0001-12-31T00:00:00Z`|9",
                "`tool:a tool:b c`|13",
                "`sender:x`|0"
            })
    void aQueryThatIsWrongNamesThePlace(String query, int position) {
        SearchSyntaxException wrong = catchThrowableOfType(
                SearchSyntaxException.class, () -> db.search().find(query, PageRequest.first(1)));
        assertThat(wrong).as(query).isNotNull();
        assertThat(wrong.position()).as(wrong.getMessage()).isEqualTo(position);
        assertThat(wrong).hasMessageContaining("position " + position);
    }

    @Test
    void aQueryHasLimits() {
        assertThat(find("x".repeat(254))).isEmpty();
        assertThat(find("a ".repeat(32))).isEmpty();
        assertThat(find("x" + " ".repeat(999))).isEmpty();
        assertThat(db.search().find("x", PageRequest.first(100)).items()).isEmpty();
        assertThat(find("\ud83d\ude00*")).isEmpty();
        for (String query : List.of(
                "x".repeat(255), "x".repeat(300) + "*", "a ".repeat(33), "y" + " ".repeat(1_000), "a\0b", "a\ud800b")) {
            assertThatThrownBy(() -> db.search().find(query, PageRequest.first(1)))
                    .isInstanceOf(SearchSyntaxException.class);
        }
        assertThatThrownBy(() -> db.search().find("x", PageRequest.first(101)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "-1000000000-01-01T00:00:00Z"})
    void aCursorWithATimeThatNoRecordHasIsRefused(String time) {
        String text = "search\0" + time + "\0MESSAGE\0m";
        Cursor cursor = new Cursor(Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> db.search().find("x", PageRequest.after(cursor, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cursor is not one that a page gave out");
    }

    /** What engines have a meaning for is text here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a' OR '1'='1",
                "NEAR(a b)",
                "a AND NOT b",
                "words:a",
                "{words}: a",
                "^a",
                "a:*B",
                "a <-> b",
                "a & !b | c",
                "a\\",
                "$$a$$",
                "%a_",
                "a;b--",
                "?a{0}{1}",
                "rowid:1",
                "a + b",
                "'a\\'b'"
            })
    void noQueryReachesTheEngineAsSyntax(String query) {
        if (query.contains(":*")) {
            assertThatThrownBy(() -> find(query)).isInstanceOf(SearchSyntaxException.class);
            return;
        }
        Message message = say(query);
        assertThat(find(query)).containsExactly(message.id().value());
    }

    @Test
    void longTextsAreIndexedToTheirFirst100000Characters() {
        String word = "\ud83d\ude00".repeat(400);
        say("first " + word + " " + "a ".repeat(50_000) + "last");
        say("first " + "ab ".repeat(33_000) + "final");
        assertThat(said("first")).hasSize(2);
        assertThat(said("final")).hasSize(1);
        assertThat(said("last")).isEmpty();
        assertThat(said("\ud83d\ude00".repeat(254) + "*")).hasSize(1);
        assertThat(said("\ud83d\ude00".repeat(254))).isEmpty();
        // Of many texts those that fit, the shortest first.
        String many = IntStream.range(0, 40_000).mapToObj(i -> "\"w" + i + "\"").collect(Collectors.joining(","));
        ToolExecution tool = call("[" + many + "]", "\"out " + "z".repeat(200_000) + "\"");
        assertThat(find("w3")).containsExactly(tool.id().value());
        assertThat(find("w39999")).isEmpty();
    }

    @Test
    void aPageCostsAFewStatements() {
        for (int i = 0; i < 5; i++) {
            say("hello " + i);
            call("\"hello\"", null);
            db.messages()
                    .create(message(coder)
                            .content("below " + i)
                            .parts(List.of(MessagePart.text("hello")))
                            .build());
        }
        try (StatementLog log = new StatementLog()) {
            assertThat(db.search().find("hello", PageRequest.first(50)).items()).hasSize(15);
            // The index's state, the keys, messages, calls, parts.
            log.requireCount(5);
        }
    }

    @Test
    void withoutAnIndexItIsSaid() {
        say("hello there");
        db.search().disable();
        assertThat(db.search().isEnabled()).isFalse();
        db.search().disable();
        assertThatThrownBy(() -> find("hello"))
                .isInstanceOf(SearchIndexException.class)
                .hasMessage(
                        "the database has no search index; the command search --enable, or search().enable(), makes it");
        say("hello again");
        assertThat(db.search().enable()).isTrue();
        assertThat(db.search().enable()).isFalse();
        assertThat(find("hello")).hasSize(2);
        db.search().rebuild();
        assertThat(find("hello")).hasSize(2);
    }

    @Test
    void ofManyThatEnableItAtOnceOneMakesIt() throws Exception {
        say("hello there");
        db.search().disable();

        assertThat(Workers.runTogether(i -> () -> db.search().enable())).containsOnlyOnce(true);

        assertThat(find("hello")).hasSize(1);
        Workers.runTogether(i -> () -> {
            db.search().rebuild();
            return i;
        });
        assertThat(find("hello")).hasSize(1);
    }

    @Test
    void anotherProcessFindsWhatThisOneWrote() {
        say("between processes");
        engine().beside(db).ifPresent(builder -> {
            try (Database other = builder.open()) {
                assertThat(other.search().isEnabled()).isTrue();
                assertThat(other.search().find("between", PageRequest.first(1)).items())
                        .hasSize(1);
                other.messages().create(message(coder).content("between them").build());
            }
            assertThat(find("between")).hasSize(2);
        });
    }

    @Test
    void whatIsRolledBackIsNotFound() {
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.messages().create(message(coder).content("unwritten").build());
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(find("unwritten")).isEmpty();
    }

    /** After random writes, each query finds what a look at every row finds. */
    @Test
    void theIndexIsInStepWithTheRows() {
        Random random = new Random(7);
        for (int i = 0; i < 250; i++) {
            List<Message> messages = db.messages().list(1_000, 0);
            List<ToolExecution> tools = db.toolExecutions().list(1_000, 0);
            switch (random.nextInt(messages.size() < 20 ? 3 : 8)) {
                case 0 -> say(words(random));
                case 1 ->
                    call(
                            Json.of(Map.of("a", words(random), "bb", List.of(words(random))))
                                    .toString(),
                            null);
                case 2 ->
                    db.messages()
                            .create(message(coder)
                                    .content(words(random))
                                    .parts(List.of(MessagePart.text(words(random)), MessagePart.reasoning("one two")))
                                    .build());
                case 3 -> {
                    Message message = messages.get(random.nextInt(messages.size()));
                    db.messages()
                            .update(message.toBuilder().content(words(random)).build());
                }
                case 4 ->
                    db.messages()
                            .delete(messages.get(random.nextInt(messages.size()))
                                    .id());
                case 5 -> {
                    if (!tools.isEmpty()) {
                        ToolExecution tool = tools.get(random.nextInt(tools.size()));
                        db.toolExecutions()
                                .update(tool.toBuilder()
                                        .output(Json.of(words(random)))
                                        .build());
                    }
                }
                case 6 -> {
                    if (!tools.isEmpty()) {
                        db.toolExecutions()
                                .delete(tools.get(random.nextInt(tools.size())).id());
                    }
                }
                default ->
                    db.messages()
                            .createAll(List.of(
                                    message(coder).content(words(random)).build(),
                                    message(coder)
                                            .content("")
                                            .contentType(ContentType.TEXT)
                                            .build()));
            }
        }
        compare();
        db.search().rebuild();
        compare();
        db.conversations().delete(CONVERSATION);
        compare();
        assertThat(db.messages().list(1, 0)).isEmpty();
    }

    private void compare() {
        List<Message> messages = db.messages().list(1_000, 0);
        List<ToolExecution> tools = db.toolExecutions().list(1_000, 0);
        for (String query : List.of("one", "one two", "\"one two\"", "th*", "\"two th\"*", "four one", "nothing")) {
            List<String> expected = new ArrayList<>();
            for (Message message : messages) {
                List<List<String>> texts = new ArrayList<>(List.of(List.of(message.content())));
                db.messages().listParts(message.id()).forEach(part -> texts.add(List.of(part.text())));
                if (texts.stream().anyMatch(text -> matches(query, text))) {
                    expected.add(message.id().value());
                }
            }
            for (ToolExecution tool : tools) {
                List<String> values = new ArrayList<>();
                Stream.of(tool.input(), tool.output())
                        .filter(json -> json != null)
                        .forEach(json -> json.toNode().findValues("a").forEach(a -> values.add(a.asText())));
                Stream.of(tool.input())
                        .forEach(json -> values.add(json.toNode().at("/bb/0").asText()));
                if (tool.output() != null) {
                    values.add(tool.output().toNode().asText());
                }
                if (matches(query, values)) {
                    expected.add(tool.id().value());
                }
            }
            assertThat(find(query)).as(query).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static boolean matches(String query, List<String> texts) {
        String all = texts.stream()
                .map(text -> " " + text.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", " ") + " ")
                .collect(Collectors.joining("|"));
        List<String> wanted = query.startsWith("\"") ? List.of(query.replace("\"", "")) : List.of(query.split(" "));
        return wanted.stream()
                .allMatch(words -> all.contains(
                        " " + (words.endsWith("*") ? words.substring(0, words.length() - 1) : words + " ")));
    }

    private static String words(Random random) {
        List<String> words = List.of("one", "Two", "three", "FOUR", "thirty");
        return IntStream.range(0, 1 + random.nextInt(4))
                .mapToObj(i -> words.get(random.nextInt(words.size())))
                .collect(Collectors.joining(random.nextBoolean() ? " " : ", "));
    }
}
