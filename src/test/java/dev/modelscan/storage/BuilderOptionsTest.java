package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.metrics.OperationListener;
import dev.modelscan.storage.support.ChildProcess;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Which options of the builder have an effect on which engine, and which places it accepts. */
class BuilderOptionsTest {

    private static final String NOWHERE = "jdbc:postgresql://localhost:1/none";

    @TempDir
    private Path directory;

    /** The options that have an effect on some engines only. */
    private static final Map<String, Set<String>> EFFECTIVE = Map.of(
            "path", Set.of("readers", "cacheSize", "durability", "joinTransactions", "workspace"),
            "inMemory", Set.of("readers"),
            "url",
                    Set.of(
                            "readUrl",
                            "user",
                            "password",
                            "poolSize",
                            "connectTimeout",
                            "isolation",
                            "joinTransactions",
                            "workspace"),
            "dataSource", Set.of("isolation", "joinTransactions", "workspace"));

    private static final Set<String> EVERYWHERE = Set.of(
            "busyTimeout",
            "queryTimeout",
            "maxJsonDepth",
            "maxValueBytes",
            "clock",
            "keepDeleted",
            "migrations",
            "listener",
            "slowOperations");

    private static final Map<String, Object> VALUES = Map.ofEntries(
            Map.entry("readUrl", NOWHERE),
            Map.entry("user", "u"),
            Map.entry("password", "p"),
            Map.entry("workspace", "acme"),
            Map.entry("poolSize", 2),
            Map.entry("readers", 2),
            Map.entry("cacheSize", 1L << 26),
            Map.entry("maxConnectedWorkspaces", 10),
            Map.entry("connectTimeout", Duration.ofSeconds(1)),
            Map.entry("queryTimeout", Duration.ofSeconds(1)),
            Map.entry("busyTimeout", Duration.ZERO),
            Map.entry("isolation", Isolation.READ_COMMITTED),
            Map.entry("durability", Durability.NORMAL),
            Map.entry("maxJsonDepth", 5),
            Map.entry("maxValueBytes", 5_000),
            Map.entry("migrations", "classpath:db/app"),
            Map.entry("clock", Clock.systemUTC()),
            Map.entry("keepDeleted", Duration.ofDays(1)),
            Map.entry("listener", (OperationListener) operation -> {}),
            Map.entry("slowOperations", Duration.ofSeconds(1)),
            Map.entry("joinTransactions", (Supplier<Connection>) () -> null));

    private Map<String, Supplier<DatabaseBuilder>> places() {
        Map<String, Supplier<DatabaseBuilder>> places = new LinkedHashMap<>();
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl(NOWHERE);
        places.put("path", () -> Database.builder().path(directory.resolve("x")));
        places.put("inMemory", () -> Database.builder().inMemory());
        places.put("url", () -> Database.builder().url(NOWHERE).busyTimeout(Duration.ZERO));
        places.put("dataSource", () -> Database.builder().dataSource(nowhere).busyTimeout(Duration.ZERO));
        return places;
    }

    private static List<Method> options() {
        return Arrays.stream(DatabaseBuilder.class.getMethods())
                .filter(method -> method.getReturnType() == DatabaseBuilder.class)
                .filter(method -> method.getParameterCount() == 1)
                .toList();
    }

    private static DatabaseBuilder set(DatabaseBuilder builder, Method option, Object value) {
        try {
            return (DatabaseBuilder) option.invoke(builder, value);
        } catch (InvocationTargetException e) {
            throw (RuntimeException) e.getCause();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyOptionIsUsedOrRejected() {
        Set<String> seen = new TreeSet<>();
        for (Method option : options()) {
            if (EFFECTIVE.containsKey(option.getName())) {
                continue;
            }
            seen.add(option.getName());
            places().forEach((place, builder) -> {
                Throwable thrown = catchThrowable(() -> set(builder.get(), option, VALUES.get(option.getName()))
                        .open()
                        .close());
                boolean rejected = thrown instanceof IllegalArgumentException e
                        && e.getMessage().startsWith(option.getName() + " has no effect on ");
                boolean used = EVERYWHERE.contains(option.getName())
                        || EFFECTIVE.get(place).contains(option.getName());
                assertThat(rejected)
                        .as("%s with %s: %s", option.getName(), place, thrown)
                        .isEqualTo(!used);
            });
        }
        assertThat(seen).isEqualTo(VALUES.keySet().stream().collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void validateOnlyIsRejectedWhereItHasNoEffect() {
        assertThatThrownBy(() -> Database.builder().inMemory().validateOnly().open())
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("validateOnly has no effect on ");
        assertThatThrownBy(() -> Database.builder()
                        .path(directory.resolve("x"))
                        .readOnly()
                        .validateOnly()
                        .open())
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("validateOnly cannot go with readOnly()");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aTransferTakesWhatItUsesAndRejectsTheRest() {
        Set<String> used = Set.of("user", "password", "workspace", "connectTimeout", "busyTimeout", "migrations");
        for (Method option : options()) {
            if (!EFFECTIVE.containsKey(option.getName())) {
                Throwable thrown =
                        catchThrowable(() -> set(Database.builder().url(NOWHERE), option, VALUES.get(option.getName()))
                                .transferFrom("x"));
                boolean rejected = thrown instanceof IllegalArgumentException e
                        && e.getMessage().endsWith(" has no effect on a transfer; leave it out");
                assertThat(rejected).as("%s: %s", option.getName(), thrown).isEqualTo(!used.contains(option.getName()));
            }
        }
        for (DatabaseBuilder builder : List.of(
                Database.builder().url(NOWHERE).readOnly(),
                Database.builder().url(NOWHERE).validateOnly())) {
            assertThatThrownBy(() -> builder.transferFrom("x"))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("Only cannot go with a transfer, which writes; leave it out");
        }
        assertThatThrownBy(() -> Database.builder().url(NOWHERE).inMemory().transferFrom("x"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose one");
    }

    @ParameterizedTest
    @CsvSource({
        "App, classpath:db/app, the name is not",
        "1, classpath:db/app, the name is not",
        "a2345678901234567890123456789012, classpath:db/app, the name is not",
        "app, db/app, names no folder",
        "app, classpath:, names no folder",
        "app, jar:db/app, names no folder",
    })
    void aMalformedSetIsRejected(String name, String location, String says) {
        assertThatThrownBy(() -> Database.builder().migrations(name, location))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("migrations " + name)
                .hasMessageContaining(says);
    }

    @Test
    void eachSetHasANameOfItsOwn() {
        assertThatThrownBy(() -> Database.builder().migrations("classpath:a").migrations("classpath:b"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("migrations app were added already");
    }

    @Test
    void exactlyOnePlaceIsGiven() {
        assertThatThrownBy(() -> Database.builder().open())
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path is required");
        List<String> names = new ArrayList<>(places().keySet());
        for (String first : names) {
            for (String second : names) {
                if (!first.equals(second)) {
                    DatabaseBuilder both = both(first, second);
                    assertThatThrownBy(both::open)
                            .isExactlyInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("choose one");
                }
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    private DatabaseBuilder both(String first, String second) {
        DatabaseBuilder builder = places().get(first).get();
        return switch (second) {
            case "path" -> builder.path(directory.resolve("y"));
            case "inMemory" -> builder.inMemory();
            case "url" -> builder.url(NOWHERE);
            default -> builder.dataSource(new PGSimpleDataSource());
        };
    }

    @Test
    void noOptionMayBeNull() {
        for (Method option : options()) {
            if (!option.getParameterTypes()[0].isPrimitive()) {
                assertThatThrownBy(() -> set(Database.builder(), option, null))
                        .as(option.toString())
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage(option.getName());
            }
        }
    }

    private static Stream<Supplier<Object>> opened(String location) {
        return Stream.of(
                () -> Database.open(location),
                () -> Database.builder().path(location).open(),
                () -> Database.builder().path(location).openWorkspaces(),
                () -> Database.builder().transferFrom(location),
                () -> Database.builder().path(Path.of(location)).open());
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:mysql://localhost/db?user=u&password=hush, jdbc:mysql",
        "jdbc:sqlite:test.db, without jdbc:sqlite:",
        "JDBC:SQLite:test.db, without jdbc:sqlite:",
        "jdbc:h2:mem:x, jdbc:h2",
        "postgres://u:hush@localhost/db, jdbc:postgresql://host/database",
        "postgresql://u:hush@localhost/db, jdbc:postgresql://host/database",
        "JDBC:postgresql://localhost/db, small letters",
        "http://localhost/db, http",
        "https://u:hush@localhost/db, https",
        "file:///tmp/x.db, without file:",
        "redis://localhost, redis",
    })
    void aUrlIsNoPath(String location, String says) {
        opened(location).forEach(open -> assertThatThrownBy(open::get)
                .isInstanceOfSatisfying(IllegalArgumentException.class, e -> {
                    assertThat(e).hasMessageStartingWith("path ").hasMessageContaining(says);
                    assertThat(e.getMessage()).doesNotContain("hush");
                }));
        assertThat(Path.of(location.substring(0, location.indexOf(':') + 1))).doesNotExist();
        assertThat(Path.of(location)).doesNotExist();
        assertThatThrownBy(() -> Database.builder().url(location))
                .isInstanceOfSatisfying(
                        IllegalArgumentException.class,
                        e -> assertThat(e.getMessage()).startsWith("url ").doesNotContain("hush"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"C:x.db", ":memory:", "file:x.db", "a:b", "postgres", "http.db"})
    void aNameWithAColonIsStillAName(String name) {
        Path file = directory.resolve(name);
        Database.open(file.toString()).close();
        assertThat(Files.exists(file)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "", " ", "relative"})
    void withoutAHomeDirectoryATildeIsRejected(String home) throws Exception {
        String output = ChildProcess.start(directory, List.of("-Duser.home=" + home), "refused", "~/test.db")
                .output();
        assertThat(output)
                .contains("IllegalArgumentException", "~", "user.home", "absolute path")
                .doesNotContain("opened");
        assertThat(directory).isEmptyDirectory();
    }
}
