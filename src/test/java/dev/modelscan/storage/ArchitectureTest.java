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
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Which package may know which. */
class ArchitectureTest {

    private static final String ROOT = "dev.modelscan.storage";
    private static final String SCHEMA = ROOT + ".schema..";
    private static final String INTERNAL = ROOT + ".internal.";

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    /** The generated tables use the converters, which use the ids: that circle is how typed columns come about. */
    private static final JavaClasses WRITTEN = ALL.that(DescribedPredicate.not(resideInAPackage(SCHEMA)));

    /** A promotion works on two databases at a level below their repositories, as opening one does. */
    private static final DescribedPredicate<JavaClass> DATABASE = describe("are entry points", javaClass -> javaClass
            .getName()
            .matches(ROOT.replace(".", "\\.")
                    + "\\.(Database|DatabaseBuilder|Workspaces|MigrateAll|Promotion|Times|Records)(\\$.*)?"));

    @Test
    void theRulesLookAtTheLibrary() {
        assertThat(WRITTEN).hasSizeGreaterThan(100);
        assertThat(ALL.contain(ROOT + ".schema.Tables")).isTrue();
        assertThat(ALL.contain(ROOT + ".ArchitectureTest")).isFalse();
    }

    @Test
    void theRootUsesOnlyItsFewLibraries() {
        classes()
                .that()
                .resideInAPackage(ROOT)
                .and(DescribedPredicate.not(DATABASE))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                ROOT,
                                INTERNAL + "text",
                                "java..",
                                "org.jspecify.annotations",
                                "com.fasterxml.jackson..",
                                "com.fasterxml.uuid..")
                        .or(describe("are DSLContext", type -> type.getName().equals("org.jooq.DSLContext"))))
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
                .isSubsetOf("Database", "Repositories", "Tx", "Times", "Records")
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
                        .and(DescribedPredicate.not(resideInAPackage(INTERNAL + "text"))))
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
                .resideInAPackage(INTERNAL + "sql")
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..")
                        .and(DescribedPredicate.not(resideInAnyPackage(
                                ROOT,
                                SCHEMA,
                                INTERNAL + "sql",
                                INTERNAL + "engine",
                                INTERNAL + "query",
                                INTERNAL + "convert",
                                INTERNAL + "text"))))
                .check(ALL);
    }

    @Test
    void queriesAndConvertersKnowNothingAboveThem() {
        noClasses()
                .that()
                .resideInAnyPackage(INTERNAL + "query", INTERNAL + "convert")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INTERNAL + "engine", INTERNAL + "sql", INTERNAL + "migrate")
                .check(ALL);
        noClasses()
                .that()
                .resideInAnyPackage(INTERNAL + "engine")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INTERNAL + "sql", INTERNAL + "migrate")
                .check(ALL);
    }

    @Test
    void textRulesDependOnNothingOfTheLibrary() {
        classes()
                .that()
                .resideInAPackage(INTERNAL + "text")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(INTERNAL + "text", "java..", "org.jspecify.annotations")
                .check(ALL);
    }

    @Test
    void onlyMigrationsKnowFlywayAndOnlyTheEngineAndMigrationsKnowTheDriver() {
        noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL + "migrate")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.flywaydb..")
                .check(ALL);
        noClasses()
                .that()
                .resideOutsideOfPackages(INTERNAL + "migrate", INTERNAL + "engine", ROOT + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sqlite..", "org.postgresql..", "com.zaxxer..")
                .check(ALL);
    }

    /** They may not be there yet; the rule waits for them. */
    @Test
    void analyticsAndTheCommandUseThePublicApiAlone() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".analytics..", ROOT + ".cli..")
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
        List<String> open = WRITTEN.stream()
                .filter(type -> type.getPackageName().equals(ROOT))
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> !type.isInterface() && !type.isEnum())
                .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
                .filter(type -> !type.reflect().isSealed())
                .map(JavaClass::getSimpleName)
                .filter(name -> !mayBeExtended.contains(name))
                .toList();
        assertThat(open).isEmpty();
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
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aBrokenRuleIsSeen() {
        assertThatThrownBy(() -> noClasses()
                        .that()
                        .resideInAPackage(INTERNAL + "migrate")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(INTERNAL + "engine")
                        .check(ALL))
                .isInstanceOf(AssertionError.class);
    }
}
