package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jooq.Table;
import org.junit.jupiter.api.Test;

/** What a native image is told of reflection and resources is there, and is complete as far as the class files show. */
class NativeImageMetadataTest {

    private static final String FOLDER = "META-INF/native-image/dev.modelscan/modelscan-storage/";

    /** Whoever is added here adds what it reflects on, or reads, to the file. */
    private static final Set<String> REFLECT_OR_READ_RESOURCES = Set.of(
            "DemoCommand",
            "ExportCommand",
            "FlywayLogs",
            "Libraries",
            "MigrationFolder",
            "PackagedQueries",
            "PostgresEngine",
            "QuietJooq",
            "SearchScripts",
            "TransactionConnection");

    private static final Set<String> DYNAMIC = Set.of(
            "java.lang.Class.forName",
            "java.lang.Class.getDeclaredConstructor",
            "java.lang.Class.getDeclaredField",
            "java.lang.Class.getDeclaredMethod",
            "java.lang.Class.getResourceAsStream",
            "java.lang.ClassLoader.getResource",
            "java.lang.ClassLoader.getResourceAsStream",
            "java.lang.reflect.Proxy.newProxyInstance",
            "java.util.ServiceLoader.load");

    private static JsonNode metadata() throws IOException {
        return read("reachability-metadata.json");
    }

    private static JsonNode read(String name) throws IOException {
        try (InputStream file = NativeImageMetadataTest.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
            return new ObjectMapper().readTree(file);
        }
    }

    private static List<JsonNode> reflection() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        metadata().get("reflection").forEach(all::add);
        read("tables/reachability-metadata.json").get("reflection").forEach(all::add);
        return all;
    }

    @Test
    void everyTypeAndMemberIsThere() throws Exception {
        for (JsonNode entry : reflection()) {
            JsonNode type = entry.get("type");
            if (type.isObject()) {
                assertThat(load(type.get("proxy").get(0).asText()).isInterface())
                        .isTrue();
                continue;
            }
            Class<?> reflected = load(type.asText());
            for (JsonNode field : entry.path("fields")) {
                assertThat(reflected.getDeclaredField(field.get("name").asText()))
                        .isNotNull();
            }
            if (entry.has("methods")) {
                assertThat(reflected.getDeclaredConstructor()).isNotNull();
            }
        }
    }

    /** jOOQ makes them by reflection. */
    @Test
    void theRecordOfEveryTableIsListed() throws Exception {
        List<String> listed = new ArrayList<>();
        reflection().forEach(entry -> listed.add(entry.get("type").asText()));
        for (Table<?> table : dev.modelscan.storage.schema.DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            assertThat(listed).contains(table.getRecordType().getName());
        }
    }

    @Test
    void everyResourceIsThere() throws IOException {
        for (JsonNode entry : metadata().get("resources")) {
            String glob = entry.get("glob").asText();
            String place = glob.contains("*") ? glob.substring(0, glob.indexOf("/*")) : glob;
            assertThat(NativeImageMetadataTest.class.getClassLoader().getResource(place))
                    .as(glob)
                    .isNotNull();
        }
    }

    @Test
    void noOtherClassReflectsOrReadsResources() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.modelscan.storage")
                // Steps of a build, and what tests use.
                .that(DescribedPredicate.describe(
                        "run",
                        type -> !Set.of("RenderQueries", "Rehearsal").contains(type.getSimpleName())
                                && !type.getPackageName().endsWith(".codegen")
                                && !type.getPackageName().endsWith(".testkit")));
        Set<String> users = classes.stream()
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(access -> isDynamic(access.getTarget()))
                .map(JavaAccess::getOriginOwner)
                .map(NativeImageMetadataTest::outermost)
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(users).containsExactlyInAnyOrderElementsOf(REFLECT_OR_READ_RESOURCES);
    }

    private static boolean isDynamic(AccessTarget target) {
        return DYNAMIC.contains(target.getOwner().getName() + "." + target.getName());
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(NativeImageMetadataTest::outermost).orElse(type);
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, NativeImageMetadataTest.class.getClassLoader());
    }
}
