package dev.modelscan.storage.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.tasks.Task;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.test.util.ReflectionTestUtils;

class AutoConfigurationTest {

    /** Read as Boot reads it: without the classes of the other Boot. */
    @ImportAutoConfiguration({
        StorageAutoConfiguration.class,
        Boot3HealthAutoConfiguration.class,
        Boot4HealthAutoConfiguration.class
    })
    static class Application {}

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(Application.class);

    @TempDir
    private Path directory;

    @Test
    void aValueSizeBeyondTheLimitIsRefusedByName() {
        runner.withPropertyValues("modelscan.storage.path=" + directory, "modelscan.storage.max-value-size=3GB")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("maxValueBytes"));
    }

    @Test
    void propertiesOpenAFile() {
        runner.withPropertyValues(
                        "modelscan.storage.path=" + directory,
                        "modelscan.storage.workspace=acme",
                        "modelscan.storage.readers=2",
                        "modelscan.storage.busy-timeout=3s",
                        "modelscan.storage.query-timeout=1m",
                        "modelscan.storage.durability=full",
                        "modelscan.storage.max-json-depth=20",
                        "modelscan.storage.max-value-size=2MB",
                        "modelscan.storage.cache-size=64MB",
                        "modelscan.storage.keep-deleted=30d",
                        "modelscan.storage.slow-operations=500ms",
                        "modelscan.storage.migrations.shop=classpath:db/shop",
                        "modelscan.storage.migrations.audit=classpath:db/audit")
                .run(context -> {
                    Database db = context.getBean(Database.class);
                    assertThat(db.file()).isEqualTo(directory.resolve("acme.db"));
                    assertThat(db.workspace()).isEqualTo("acme");
                    assertThat(db.options().readers()).isEqualTo(2);
                    assertThat(db.options().busyTimeout()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(db.options().queryTimeout()).isEqualTo(Duration.ofMinutes(1));
                    assertThat(db.options().maxJsonDepth()).isEqualTo(20);
                    assertThat(db.options().maxValueBytes()).isEqualTo(2 << 20);
                    assertThat(db.options().cacheSize()).isEqualTo(64 << 20);
                    assertThat(db.options().keepDeleted()).isEqualTo(Duration.ofDays(30));
                    assertThat(db.appliedMigrations()).endsWith("shop/V1__orders.sql", "audit/V1__audit.sql");
                    assertThat(db.stats().sets()).isEqualTo(Map.of("shop", 1L, "audit", 1L));
                });
    }

    /** An option of the builder is a property, or is named here with the reason. */
    @Test
    void eachOptionOfTheBuilderIsAProperty() {
        Set<String> objects = Set.of("clock", "listener", "dataSource", "joinTransactions");
        Set<String> ofManyWorkspaces = Set.of("maxConnectedWorkspaces");
        Set<String> otherNames = Set.of("maxValueBytes");
        Set<String> properties = Arrays.stream(StorageProperties.class.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toSet());

        assertThat(Arrays.stream(DatabaseBuilder.class.getMethods())
                        .filter(method -> method.getReturnType() == DatabaseBuilder.class)
                        .map(Method::getName))
                .allSatisfy(option -> assertThat(Stream.of(objects, ofManyWorkspaces, otherNames, properties)
                                .anyMatch(known -> known.contains(option)))
                        .as(option)
                        .isTrue());
    }

    @Test
    void aCustomizerSetsWhatNoPropertyDoes() {
        Instant now = Instant.parse("2030-01-02T03:04:05Z");
        runner.withPropertyValues("modelscan.storage.in-memory=true")
                .withBean(DatabaseCustomizer.class, () -> builder -> builder.clock(Clock.fixed(now, ZoneOffset.UTC)))
                .run(context -> {
                    Database db = context.getBean(Database.class);
                    Task task = db.tasks().create(Task.builder().type("test").build());
                    assertThat(db.tasks().start(task.id()).startedAt()).isEqualTo(now);
                });
    }

    @Test
    void healthIsThatOfTheDatabase() {
        runner.withPropertyValues("modelscan.storage.in-memory=true").run(context -> {
            assertThat(health(context.getBean("modelscanStorageHealthIndicator")))
                    .startsWith("UP {schemaVersion=");
            context.getBean(Database.class).close();
            assertThat(health(context.getBean("modelscanStorageHealthIndicator")))
                    .startsWith("DOWN");
        });
    }

    /** Boot 3 and 4 have a class of their own for it. */
    private static String health(Object indicator) {
        return String.valueOf(ReflectionTestUtils.<Object>invokeMethod(indicator, "health"));
    }

    @Test
    void healthCanBeTurnedOff() {
        runner.withPropertyValues(
                        "modelscan.storage.in-memory=true", "management.health.modelscan-storage.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("modelscanStorageHealthIndicator"));
    }

    @Test
    void operationsAreTimedInTheApplicationsRegistry() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        runner.withPropertyValues("modelscan.storage.in-memory=true")
                .withBean(MeterRegistry.class, () -> registry)
                .run(context -> {
                    context.getBean(Database.class)
                            .tasks()
                            .create(Task.builder().type("test").build());
                    assertThat(registry.get("db.client.operation.duration")
                                    .tag("db.operation.name", "task.insert")
                                    .timer()
                                    .count())
                            .isOne();
                });
    }

    @Test
    void itNeedsNoMicrometer() {
        runner.withPropertyValues("modelscan.storage.in-memory=true")
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context ->
                        assertThat(context).hasSingleBean(Database.class).doesNotHaveBean("modelscanStorageMetrics"));
    }

    @Test
    void theApplicationsOwnDatabaseIsTaken() {
        runner.withBean(Database.class, Database::inMemory)
                .run(context ->
                        assertThat(context).hasSingleBean(Database.class).doesNotHaveBean("modelscanStorage"));
    }

    @Test
    void itCanBeTurnedOff() {
        runner.withPropertyValues("modelscan.storage.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(Database.class));
    }

    @Test
    void withoutAPlaceItSaysWhatToSet() {
        runner.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("set modelscan.storage.path or modelscan.storage.url, or define one DataSource"));
    }

    @Test
    void everyPropertyIsDescribed() throws Exception {
        String metadata = new String(getClass()
                .getResourceAsStream("/META-INF/spring-configuration-metadata.json")
                .readAllBytes());
        for (var property : StorageProperties.class.getRecordComponents()) {
            String name = property.getName().replaceAll("([A-Z])", "-$1").toLowerCase();
            assertThat(metadata)
                    .containsPattern("modelscan.storage." + name + "\",\\s+\"type\": \"[^\"]+\",\\s+\"description");
        }
    }
}
