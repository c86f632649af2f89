package dev.modelscan.storage;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.SQLDialect;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Which package may use which. */
class ArchitectureTest {

    private static final String ROOT = "dev.modelscan.storage";
    private static final String SCHEMA = ROOT + ".schema..";
    private static final String INTERNAL = ROOT + ".internal.";

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    /** Without the generated tables: they use the converters, which use the ids, which use the tables. */
    private static final JavaClasses WRITTEN = ALL.that(DescribedPredicate.not(resideInAPackage(SCHEMA)));

    /** What a caller can use, besides the generated tables. */
    private static final List<JavaClass> PROMISED = WRITTEN.stream()
            .filter(type -> !type.getPackageName().startsWith(ROOT + ".internal"))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .toList();

    /** The packages of the public API. */
    private static final String[] PUBLIC_PACKAGES = Stream.of(
                    "agents",
                    "audit",
                    "backups",
                    "blobs",
                    "conversations",
                    "deleted",
                    "doctor",
                    "erasure",
                    "errors",
                    "metrics",
                    "models",
                    "queries",
                    "scores",
                    "search",
                    "sources",
                    "tasks",
                    "teams",
                    "tools",
                    "transfer",
                    "workflows",
                    "workspaces")
            .map(name -> ROOT + "." + name)
            .toArray(String[]::new);

    /** The types of jOOQ that an interface of a repository names. */
    private static final Set<String> CALLERS_JOOQ =
            Set.of("org.jooq.DSLContext", "org.jooq.Condition", "org.jooq.OrderField");

    /** The packages of one engine each. */
    private static final String[] ENGINES = {INTERNAL + "sqlite..", INTERNAL + "postgres.."};

    /** What the calls of callers go through, from the top. Each knows only those behind it. */
    private static final String[] REPOSITORIES = Stream.of(
                    "database", "erasure", "audit", "search", "repository", "dsl", "observation")
            .map(name -> INTERNAL + name)
            .toArray(String[]::new);

    private static final DescribedPredicate<JavaClass> OPTIONAL =
            describe("are listeners whose libraries a host brings", type -> type.getName()
                    .matches(ROOT.replace(".", "\\.") + "\\.metrics\\.(Micrometer|OpenTelemetry)\\w+"));
    private static final DescribedPredicate<JavaClass> DATABASE = describe(
            "are entry points",
            javaClass -> javaClass
                    .getName()
                    .matches(
                            ROOT.replace(".", "\\.")
                                    + "\\.(Backups|ColumnTypes|Database|DatabaseBuilder|HostedWorkspaces|SchemaExport|Times|Conditions|Records|StoredQueries)(\\$.*)?"));

    @Test
    void theRulesLookAtTheLibrary() {
        assertThat(WRITTEN).hasSizeGreaterThan(100);
        assertThat(ALL.contain(ROOT + ".schema.Tables")).isTrue();
        assertThat(ALL.contain(ROOT + ".ArchitectureTest")).isFalse();
    }

    @Test
    void theRootAndItsRoomsUseOnlyTheirFewLibraries() {
        classes()
                .that(resideInAPackage(ROOT).or(resideInAnyPackage(PUBLIC_PACKAGES)))
                .and(DescribedPredicate.not(DATABASE))
                .and(DescribedPredicate.not(resideInAPackage(ROOT + ".queries")))
                .and(DescribedPredicate.not(OPTIONAL))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                ROOT,
                                INTERNAL + "values",
                                "java..",
                                "org.jspecify.annotations",
                                "com.fasterxml.jackson..",
                                "com.fasterxml.uuid..")
                        .or(resideInAnyPackage(PUBLIC_PACKAGES))
                        .or(describe("are what callers give to jOOQ", type -> CALLERS_JOOQ.contains(type.getName()))))
                .check(ALL);
    }

    @Test
    void onlyTheOptionalListenersUseTheirLibraries() {
        noClasses()
                .that(DescribedPredicate.not(OPTIONAL))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.micrometer..", "io.opentelemetry..")
                        .or(OPTIONAL))
                .check(ALL);
    }

    @Test
    void storedQueriesShowTheQueryBuilderAndNothingElse() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".queries")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT, ROOT + ".queries", "java..", "org.jspecify.annotations", "org.jooq")
                .check(ALL);
    }

    @Test
    void onlyTheEntryPointsShowTheQueryBuilder() {
        Set<String> users = ALL.stream()
                .filter(type -> type.getPackageName().equals(ROOT))
                .filter(type -> type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(use -> use.getTargetClass().getPackageName().startsWith("org.jooq")))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(users)
                .isSubsetOf(
                        "ColumnTypes",
                        "Database",
                        "Repositories",
                        "Repository",
                        "Tx",
                        "Times",
                        "Conditions",
                        "Records",
                        "StoredQueries")
                .contains("Repositories");
    }

    @Test
    void outsideInternalOnlyDatabaseKnowsInternal() {
        noClasses()
                .that()
                .resideOutsideOfPackages(INTERNAL + ".", SCHEMA)
                .and(DescribedPredicate.not(resideInAPackage(ROOT + ".internal..")))
                .and(DescribedPredicate.not(DATABASE))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".internal..")
                        .and(DescribedPredicate.not(resideInAPackage(INTERNAL + "values"))))
                .check(WRITTEN);
    }

    @Test
    void nothingInInternalKnowsDatabase() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".internal..")
                .should()
                .dependOnClassesThat(DATABASE)
                .check(ALL);
    }

    @Test
    void theRepositoriesUseTheLayersBelowThem() {
        noClasses()
                .that()
                .resideInAnyPackage(REPOSITORIES)
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..")
                        .and(DescribedPredicate.not(resideInAnyPackage(PUBLIC_PACKAGES)))
                        .and(DescribedPredicate.not(resideInAnyPackage(REPOSITORIES)))
                        .and(DescribedPredicate.not(resideInAnyPackage(
                                ROOT,
                                INTERNAL + "migrate",
                                SCHEMA,
                                INTERNAL + "engine",
                                INTERNAL + "engines",
                                INTERNAL + "query",
                                INTERNAL + "codec",
                                INTERNAL + "values"))))
                .check(ALL);
    }

    @Test
    void whatIsAboveTheRepositoriesIsNotKnownToThem() {
        for (int i = 1; i < REPOSITORIES.length; i++) {
            noClasses()
                    .that()
                    .resideInAPackage(REPOSITORIES[i])
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(Arrays.copyOf(REPOSITORIES, i))
                    .check(ALL);
        }
    }

    @Test
    void queriesAndConvertersKnowNothingAboveThem() {
        noClasses()
                .that()
                .resideInAnyPackage(INTERNAL + "query", INTERNAL + "codec", INTERNAL + "engine")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(REPOSITORIES)
                .check(ALL);
        noClasses()
                .that()
                .resideInAnyPackage(INTERNAL + "query", INTERNAL + "codec")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        INTERNAL + "engine", INTERNAL + "engines", INTERNAL + "migrate", ENGINES[0], ENGINES[1])
                .check(ALL);
        noClasses()
                .that()
                .resideInAnyPackage(INTERNAL + "engine")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INTERNAL + "engines", INTERNAL + "migrate", ENGINES[0], ENGINES[1])
                .check(ALL);
    }

    /** A transfer goes from one engine to another, so it knows these two. */
    @Test
    void anEngineIsKnownOnlyByTheListOfEngines() {
        noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(ENGINES)))
                .and(DescribedPredicate.not(resideInAnyPackage(INTERNAL + "engines", INTERNAL + "transfer")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(ENGINES))
                .check(ALL);
    }

    /** An engine is asked for its SQL; a switch over jOOQ's dialects would give a new engine some other engine's. */
    @Test
    void noDialectIsToldFromAnotherOutsideOfTheWings() {
        noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(ENGINES)))
                .and(DescribedPredicate.not(resideInAnyPackage(INTERNAL + "engines", INTERNAL + "transfer")))
                .should()
                .accessFieldWhere(describe(
                        "name one of jOOQ's dialects",
                        access -> access.getTargetOwner().isEquivalentTo(SQLDialect.class)
                                && !access.getName().equals("DEFAULT")))
                .check(ALL);
    }

    @Test
    void aWingKnowsNoOther() {
        noClasses()
                .that()
                .resideInAPackage(ENGINES[0])
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINES[1])
                .check(ALL);
        noClasses()
                .that()
                .resideInAPackage(ENGINES[1])
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINES[0])
                .check(ALL);
    }

    @Test
    void whatValuesMayBeIsAskedWithoutAnythingElse() {
        classes()
                .that()
                .resideInAPackage(INTERNAL + "values")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT,
                        ROOT + ".errors",
                        INTERNAL + "values",
                        "java..",
                        "org.jspecify.annotations",
                        "com.fasterxml.uuid..")
                .check(ALL);
    }

    @Test
    void onlyMigrationsKnowFlywayAndOnlyAnEngineKnowsItsDriver() {
        noClasses()
                .that()
                .resideOutsideOfPackages(INTERNAL + "migrate", ENGINES[0], ENGINES[1])
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.flywaydb..")
                .check(ALL);
        noClasses()
                .that()
                .resideOutsideOfPackages(ENGINES[0], ENGINES[1], INTERNAL + "transfer", ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sqlite..", "org.postgresql..", "com.zaxxer..")
                .check(ALL);
    }

    /** Some of the packages may not exist yet. */
    @Test
    void whatIsOnTopUsesThePublicApiAlone() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + ".analytics..",
                        ROOT + ".cli..",
                        ROOT + ".codegen..",
                        ROOT + ".retention..",
                        ROOT + ".testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".internal..")
                .allowEmptyShould(true)
                .check(ALL);
    }

    @Test
    void packagesBelowTheRootFormNoCycles() {
        // The root's Database ties all of them together; what is left must be in layers.
        slices().matching(ROOT + ".(**)")
                .should()
                .beFreeOfCycles()
                .check(WRITTEN.that(DescribedPredicate.not(DATABASE)));
    }

    @Test
    void everyWrittenPackageSaysThatNullIsTheException() {
        Set<String> unmarked = new TreeSet<>();
        for (String name : WRITTEN.stream().map(JavaClass::getPackageName).collect(Collectors.toSet())) {
            try {
                if (!Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class)) {
                    unmarked.add(name);
                }
            } catch (ClassNotFoundException e) {
                unmarked.add(name);
            }
        }
        assertThat(unmarked).isEmpty();
    }

    @Test
    void publicTypesAreNotMeantToBeExtended() {
        Set<String> mayBeExtended = Set.of("StorageException", "ConflictException");
        List<String> open = PROMISED.stream()
                .filter(type -> !type.isInterface() && !type.isEnum())
                .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
                .filter(type -> !type.reflect().isSealed())
                .map(JavaClass::getSimpleName)
                .filter(name -> !mayBeExtended.contains(name))
                .toList();
        assertThat(open).isEmpty();
    }

    /** Type arguments count, too. */
    @Test
    void nothingPublicNamesATypeOfInternal() {
        Set<String> leaks = new TreeSet<>();
        PROMISED.forEach(type -> {
            type.getCodeUnits().stream()
                    .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
                    .filter(unit -> Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream())
                            .anyMatch(ArchitectureTest::isInternal))
                    .forEach(unit -> leaks.add(unit.getFullName()));
            type.getFields().stream()
                    .filter(field -> field.getModifiers().contains(JavaModifier.PUBLIC))
                    .filter(field -> isInternal(field.getType()))
                    .forEach(field -> leaks.add(field.getFullName()));
        });
        assertThat(PROMISED).hasSizeGreaterThan(60);
        assertThat(leaks).isEmpty();
    }

    private static boolean isInternal(JavaType type) {
        return type.getAllInvolvedRawTypes().stream()
                .anyMatch(raw -> raw.getPackageName().startsWith(ROOT + ".internal"));
    }

    /** Two times that are swapped compile there; so only what names each argument calls one. */
    @Test
    void onlyTheirColumnsAndBuilderMakeARecordByPosition() {
        Set<String> records = Set.of("Agent", "Workflow", "Task", "Message", "Team", "ToolExecution");
        Set<String> callers = WRITTEN.stream()
                .flatMap(type -> type.getConstructorCallsFromSelf().stream())
                .filter(call -> records.contains(call.getTargetOwner().getSimpleName())
                        && !call.getTargetOwner().getPackageName().startsWith(ROOT + ".cli"))
                .map(call -> call.getOriginOwner().getName())
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> expected = new TreeSet<>();
        records.forEach(record -> expected.addAll(List.of(record + "$Builder", record + "Columns")));
        assertThat(callers).isEqualTo(expected);
    }

    /** The compiler compares the names; without them it takes one time for another. */
    @Test
    void whoMakesARecordByPositionNamesEachArgument() throws IOException {
        Pattern call = Pattern.compile(
                "new (?:Agent|Workflow|Task|Message|Team|ToolExecution|Source|ModelCall|Score|Conversation|CheckedOptions)\\(\n"
                        + "(.*?\\));\n",
                Pattern.DOTALL);
        int calls = 0;
        try (Stream<Path> files = Stream.concat(
                Files.walk(Path.of("src/main/java")), Files.walk(Path.of("target/generated-sources/jooq")))) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith(".java")).toList()) {
                for (MatchResult found :
                        call.matcher(Files.readString(file)).results().toList()) {
                    calls++;
                    assertThat(found.group(1).lines()).as(file.toString()).allMatch(line -> line.strip()
                            .startsWith("/* "));
                }
            }
        }
        assertThat(calls).isEqualTo(6 + 7 + 2 + 8);
    }

    @Test
    void whatAListIsCalled() {
        Set<String> odd = new TreeSet<>();
        PROMISED.stream()
                .filter(type -> type.isAssignableTo(Repository.class))
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.getRawReturnType().isEquivalentTo(Page.class)
                        || method.getRawReturnType().isEquivalentTo(List.class))
                .filter(method -> !method.getName().startsWith("list")
                        && !method.getName().equals("createAll"))
                .forEach(method -> odd.add(method.getFullName()));
        assertThat(odd).isEmpty();
    }

    @Test
    void everyPublicTypeSaysSinceWhen() throws IOException {
        List<String> silent = new ArrayList<>();
        for (JavaClass type : PROMISED) {
            Path file = Path.of("src/main/java")
                    .resolve(type.getName().replaceFirst("\\$.*", "").replace('.', '/') + ".java");
            if (type.getPackageName().startsWith(ROOT + ".cli") || !Files.exists(file)) {
                continue;
            }
            String declaration =
                    "\\n *public [a-z- ]*(class|interface|enum|record|@interface) " + type.getSimpleName() + "\\b";
            String before = Files.readString(file).split(declaration, 2)[0];
            if (!before.substring(before.lastIndexOf("/**")).matches("(?s).* @since \\d+\\.\\d+\\.\\d+\n.*")) {
                silent.add(type.getName());
            }
        }
        assertThat(silent).isEmpty();
    }

    @Test
    void noSourceFileIsLong() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            List<String> tooLong = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> lines(file) >= 400)
                    .map(Path::toString)
                    .toList();
            assertThat(tooLong).isEmpty();
        }
    }

    private static long lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> !line.startsWith("import ")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aBrokenRuleIsSeen() {
        assertThatThrownBy(() -> noClasses()
                        .that()
                        .resideInAPackage(INTERNAL + "sqlite")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(INTERNAL + "engine")
                        .check(ALL))
                .isInstanceOf(AssertionError.class);
    }
}
