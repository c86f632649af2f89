package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON as Java values, and parts of it by pointers. */
class JsonMappingTest {

    record Step(String name, DayOfWeek day, @Nullable Duration took) {}

    record Plan(
            TaskId task,
            TaskStatus status,
            ContentType type,
            Instant at,
            LocalDate due,
            OffsetTime from,
            MonthDay each,
            ZoneId zone,
            UUID key,
            List<Step> steps,
            Map<TaskId, Integer> order,
            Map<LocalDate, BigDecimal> cost,
            Set<String> tags,
            Json rest,
            long count,
            boolean done,
            @Nullable BigInteger huge,
            BigDecimal exact) {}

    record Limits(int steps, @Nullable Integer depth, double rate, boolean strict) {}

    record Checked(int steps) {
        Checked {
            if (steps < 0) {
                throw new IllegalArgumentException("steps is negative");
            }
        }
    }

    private static final String LIMITS = "{\"steps\":1,\"depth\":2,\"rate\":0.5,\"strict\":true}";

    private static Plan plan() {
        return new Plan(
                new TaskId("t-1"),
                TaskStatus.RUNNING,
                ContentType.JSON,
                Instant.parse("2026-01-02T03:04:05.123456Z"),
                LocalDate.of(2026, 2, 3),
                OffsetTime.parse("10:15:30+05:45"),
                MonthDay.of(12, 3),
                ZoneId.of("Asia/Kathmandu"),
                UUID.fromString("0194f0c0-0000-7000-8000-000000000001"),
                List.of(
                        new Step("a/b ~ ä", DayOfWeek.MONDAY, Duration.ofMillis(1_500)),
                        new Step("c", DayOfWeek.FRIDAY, null)),
                Map.of(new TaskId("t-2"), 7),
                Map.of(LocalDate.of(2026, 2, 3), new BigDecimal("0.10")),
                Set.of("x"),
                Json.parse("{\"n\":1.50}"),
                9_007_199_254_740_993L,
                true,
                new BigInteger("123456789012345678901234567890"),
                new BigDecimal("3.14159265358979323846264338327950288"));
    }

    @Test
    void aRecordComesBackAsItWas() {
        Plan plan = plan();

        Json json = Json.of(plan);

        assertThat(json.as(Plan.class)).isEqualTo(plan);
        assertThat(json.at("/task")).contains(Json.of("t-1"));
        assertThat(json.at("/status")).contains(Json.of("running"));
        assertThat(json.at("/at")).contains(Json.of("2026-01-02T03:04:05.123456Z"));
        assertThat(json.at("/each")).contains(Json.of("--12-03"));
        assertThat(json.at("/steps/0/took")).contains(Json.of("PT1.5S"));
        assertThat(json.at("/steps/1/took")).contains(Json.parse("null"));
        assertThat(json.at("/order/t-2")).contains(Json.of(7));
        assertThat(json.at("/huge").orElseThrow()).hasToString("123456789012345678901234567890");
        assertThat(json.at("/exact").orElseThrow()).hasToString("3.14159265358979323846264338327950288");
        assertThat(json.at("/rest/n").orElseThrow()).hasToString("1.50");
    }

    @Test
    void theLibrarysRecordsAreValuesToo() {
        Agent agent = Agent.builder().name("a").mode("llm").capabilities("x").build();

        assertThat(Json.of(agent).as(Agent.class)).isEqualTo(agent);
    }

    @Test
    void plainValuesAndCollectionsOfRecords() {
        assertThat(Json.of("{\"a\":1}")).hasToString("\"{\\\"a\\\":1}\"");
        assertThat(Json.of(12)).hasToString("12");
        assertThat(Json.of(Json.emptyObject())).isSameAs(Json.emptyObject());
        assertThat(Json.of((Object) List.of(new Checked(1), new Checked(2))))
                .hasToString("[{\"steps\":1},{\"steps\":2}]");
        assertThat(Json.parse("[{\"steps\":1}]").as(new TypeReference<List<Checked>>() {}))
                .containsExactly(new Checked(1));
        assertThat(Json.parse("[1,2.0,3e0]").as(int[].class)).containsExactly(1, 2, 3);
        assertThat(Json.parse("5").as(int.class)).isEqualTo(5);
        assertThat(Json.parse("{\"a\":[1,12345678901234567890,0.1]}").as(Map.class))
                .isEqualTo(Map.of("a", List.of(1, new BigInteger("12345678901234567890"), new BigDecimal("0.1"))));
        assertThat(Json.parse("{\"a\":1}").as(JsonNode.class))
                .isEqualTo(Json.parse("{\"a\":1}").toNode());
    }

    /** PostgreSQL gives back some numbers in another notation. */
    @ParameterizedTest
    @CsvSource({"1,1.0", "100,1e2", "-20,-2E1"})
    void theNotationOfANumberDoesNotMatter(String one, String other) {
        for (Class<?> type :
                List.of(int.class, Integer.class, long.class, short.class, byte.class, double.class, float.class)) {
            assertThat(Json.parse(one).as(type)).isEqualTo(Json.parse(other).as(type));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.1",
                "0.30000000000000004",
                "1e23",
                "2.2250738585072014E-308",
                "1.7976931348623157e308",
                "5e-324",
                "123456789012345680",
                "9007199254740992",
                "-0.0",
                "2.0e-3",
                "5.6843418860808015E-14",
                "1e-5"
            })
    void aDoubleThatWasWrittenComesBack(String number) {
        assertThat(Json.parse(number).as(double.class)).isEqualTo(Double.parseDouble(number));
    }

    @ParameterizedTest
    @CsvSource({
        "9007199254740993, double",
        "0.12345678901234567890, double",
        "1e400, double",
        "16777217, float",
        "1e39, Float",
        "2147483648, int",
        "1.5, int",
        "9223372036854775808, long",
        "128, byte",
        "1.5, BigInteger",
    })
    void aNumberIsNeverChanged(String number, String type) {
        Map<String, Class<?>> types = Map.of(
                "double",
                double.class,
                "float",
                float.class,
                "Float",
                Float.class,
                "int",
                int.class,
                "long",
                long.class,
                "byte",
                byte.class,
                "BigInteger",
                BigInteger.class);
        assertThatThrownBy(() -> Json.parse(number).as(types.get(type)))
                .isInstanceOf(InvalidDataException.class)
                .hasMessage(
                        "json: value cannot be read as %s: it is %s; expected %s",
                        type, Json.parse(number).toNode(), type);
        assertThatThrownBy(
                        () -> Json.parse("[" + number + "]").as(types.get(type).arrayType()))
                .isInstanceOf(InvalidDataException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{\"steps\":1,\"rate\":0.5,\"strict\":true,\"more\":1}|/more is not a member of Limits",
                "{\"rate\":0.5,\"strict\":true}|/steps is missing; expected int",
                "{\"steps\":null,\"rate\":0.5,\"strict\":true}|/steps is null; expected int",
                "{\"steps\":1,\"rate\":0.5}|/strict is missing; expected boolean",
                "{\"steps\":1,\"rate\":\"0.5\",\"strict\":true}|/rate is \"0.5\"; expected double",
                "{\"steps\":1,\"rate\":[],\"strict\":true}|/rate is an array; expected double",
                "{\"steps\":1,\"rate\":1,\"strict\":\"true\"}|/strict is \"true\"; expected boolean",
                "{\"steps\":1,\"rate\":1,\"strict\":1}|/strict is 1; expected boolean",
                "[1]|it is an array; expected Limits",
                "\"\"|it is \"\"; expected Limits",
                "null|it is null",
            })
    void saysWhatDoesNotFit(String json, String reason) {
        assertThatThrownBy(() -> Json.parse(json).as(Limits.class))
                .isInstanceOf(InvalidDataException.class)
                .hasMessage("json: value cannot be read as Limits: " + reason);
    }

    @Test
    void saysWhereDeepInside() {
        assertThatThrownBy(() -> Json.parse("[{\"name\":\"a\",\"day\":\"MONDAY\"},{\"name\":\"b\",\"day\":\"MONDAG\"}]")
                        .as(new TypeReference<List<Step>>() {}))
                .hasMessage("json: value cannot be read as List<Step>: /1/day is \"MONDAG\"; expected DayOfWeek");
        assertThatThrownBy(() -> Json.parse("{\"name\":\"a\",\"day\":\"MONDAY\",\"took\":\"1s\"}")
                        .as(Step.class))
                .hasMessage("json: value cannot be read as Step: /took is \"1s\"; expected Duration");
        assertThatThrownBy(() -> Json.parse("{\"name\":1,\"day\":\"MONDAY\"}").as(Step.class))
                .hasMessage("json: value cannot be read as Step: /name is 1; expected String");
        assertThatThrownBy(() -> Json.parse("{\"name\":\"a\",\"day\":0}").as(Step.class))
                .hasMessage("json: value cannot be read as Step: /day is 0; expected DayOfWeek");
        assertThatThrownBy(() -> Json.parse("{\"steps\":-1}").as(Checked.class))
                .hasMessage("json: value cannot be read as Checked: it was refused: steps is negative");
        assertThatThrownBy(() -> Json.parse("\"nope\"").as(TaskStatus.class)).isInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> Json.parse("{}").as(Runnable.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no Runnable can be made from JSON; use a record, or give a mapper that knows it");
    }

    @ParameterizedTest
    @ValueSource(classes = {UUID.class, Currency.class, URL.class, AtomicInteger.class})
    void anEmptyTextIsNotNull(Class<?> type) {
        assertThatThrownBy(() -> Json.parse("\"\"").as(type))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageEndingWith(": it is \"\"; expected " + type.getSimpleName());
    }

    @Test
    void anEmptyTextIsAValueOfSomeTypes() {
        assertThat(Json.of(URI.create("")).as(URI.class)).isEqualTo(URI.create(""));
        assertThat(Json.of(Locale.ROOT).as(Locale.class)).isEqualTo(Locale.ROOT);
    }

    @Test
    void bytesAreTextInBase64() {
        byte[] bytes = {0, -1, 127};
        assertThat(Json.of(bytes)).isEqualTo(Json.parse("\"AP9/\""));
        assertThat(Json.of(bytes).as(byte[].class)).isEqualTo(bytes);
        assertThatThrownBy(() -> Json.parse("\"A\"").as(byte[].class)).isInstanceOf(InvalidDataException.class);
    }

    @Test
    void messagesNameNeitherClassesNorOptionsOfTheMapper() {
        assertThatThrownBy(() -> Json.parse("1").as(new TypeReference<List<String>>() {}))
                .hasMessage("json: value cannot be read as List<String>: it is 1; expected an array");
        for (String wrong : List.of("NaN", "{/**/}", "+1")) {
            assertThatThrownBy(() -> Json.parse(wrong))
                    .isInstanceOf(InvalidDataException.class)
                    .message()
                    .doesNotContain("Feature", "enable");
        }
    }

    @Test
    void aMemberThatMayBeNullMayBeMissing() {
        assertThat(Json.parse("{\"steps\":1,\"rate\":0.5,\"strict\":true}").as(Limits.class))
                .isEqualTo(new Limits(1, null, 0.5, true));
        assertThat(Json.parse(LIMITS).as(Limits.class)).isEqualTo(new Limits(1, 2, 0.5, true));
    }

    record Node(String name, List<Object> children) {}

    @Test
    void whatHasNoFormIsRefused() {
        Node cycle = new Node("a", new ArrayList<>());
        cycle.children().add(cycle);
        for (Object wrong : List.of(
                new Object(),
                cycle,
                Double.NaN,
                new Limits(1, 1, Double.POSITIVE_INFINITY, true),
                "a\u0000b",
                new Step("\uD800", DayOfWeek.MONDAY, null))) {
            assertThatThrownBy(() -> Json.of(wrong))
                    .as(wrong.getClass().getName())
                    .isInstanceOf(InvalidDataException.class)
                    .message()
                    .doesNotContainIgnoringCase("jackson")
                    .doesNotContain("serializ");
        }
    }

    /** Their zone, or a part of their second, would be lost. */
    @Test
    void timesThatWouldChangeAreRefused() {
        record Moment(Object at) {}
        Timestamp micros = Timestamp.from(Instant.parse("2026-01-02T03:04:05.000006Z"));
        for (Object lossy : List.of(micros, new Time(5), new GregorianCalendar())) {
            assertThatThrownBy(() -> Json.of(new Moment(lossy)))
                    .isInstanceOf(InvalidDataException.class)
                    .hasMessageContaining("/at is of a type");
        }
        record Old(Date at, Map<Integer, String> names) {}
        Old old = new Old(new Date(1_767_323_045_006L), Map.of(1, "a"));
        assertThat(Json.of(old)).hasToString("{\"at\":1767323045006,\"names\":{\"1\":\"a\"}}");
        assertThat(Json.of(old).as(Old.class)).isEqualTo(old);
    }

    @Test
    void aMapperOfTheCallersHasItsOwnRules() {
        JsonMapper lenient =
                JsonMapper.jackson(new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
        assertThat(Json.parse("{\"steps\":1.5,\"more\":2}").as(Checked.class, lenient))
                .isEqualTo(new Checked(1));
        assertThat(Json.of(new Checked(3), lenient)).hasToString("{\"steps\":3}");

        JsonMapper wrong = new JsonMapper() {
            @Override
            public String write(Object value) {
                return "{'a':1}";
            }

            @Override
            public Object read(String json, java.lang.reflect.Type type) {
                return "text";
            }
        };
        assertThatThrownBy(() -> Json.of(new Checked(1), wrong))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("is not valid JSON");
        assertThatThrownBy(() -> Json.emptyObject().as(Checked.class, wrong))
                .isInstanceOf(InvalidDataException.class)
                .hasMessage("json: value cannot be read as Checked: it is a String");
        assertThatThrownBy(() -> Json.emptyObject().as(new TypeReference<List<Checked>>() {}, wrong))
                .isInstanceOf(InvalidDataException.class)
                .hasMessage("json: value cannot be read as List<Checked>: it is a String");
    }

    /** The examples of RFC 6901, section 5. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '!',
            value = {
                "/foo|[\"bar\",\"baz\"]",
                "/foo/0|\"bar\"",
                "/|0",
                "/a~1b|1",
                "/c%d|2",
                "/e^f|3",
                "/i\\j|5",
                "/k\"l|6",
                "/m~0n|8"
            })
    void findsAPart(String pointer, String part) {
        Json json = Json.parse(
                "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,"
                        + "\" \":7,\"m~n\":8}");
        assertThat(json.at(pointer)).contains(Json.parse(part));
        assertThat(json.at("/ ")).contains(Json.parse("7"));
        assertThat(json.at("/g|h")).contains(Json.parse("4"));
        assertThat(json.at("")).containsSame(json);
    }

    @Test
    void findsNothing() {
        Json json = Json.parse("{\"a\":[1,null],\"0\":{\"01\":2}}");
        for (String pointer :
                List.of("/b", "/a/2", "/a/-", "/a/01", "/a/-1", "/a/x", "/a/0/x", "/a/99999999999", "/a/")) {
            assertThat(json.at(pointer)).as(pointer).isEmpty();
        }
        assertThat(json.at("/a/1")).contains(Json.parse("null"));
        assertThat(json.at("/0/01")).contains(Json.parse("2"));
        assertThat(json.at("/a".repeat(100_000))).isEmpty();
        for (String pointer : List.of("a", "/~", "/~2", "/a~", "#/a")) {
            assertThatThrownBy(() -> json.at(pointer))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("\"" + pointer + "\" is not a JSON Pointer");
        }
    }
}
