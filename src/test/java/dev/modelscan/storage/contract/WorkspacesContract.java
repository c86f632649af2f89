package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Agent;
import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.CancelledException;
import dev.modelscan.storage.ConflictException;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.InvalidDataException;
import dev.modelscan.storage.MigrationProgress;
import dev.modelscan.storage.NotFoundException;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.WorkspaceMigration;
import dev.modelscan.storage.Workspaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What workspaces do on every engine. Each test has a place of its own for them. */
abstract class WorkspacesContract {

    Workspaces workspaces;

    /** A builder for the test's place, which begins empty. */
    abstract DatabaseBuilder builder();

    /** Runs statements in a workspace, past the library. */
    abstract void execute(String workspace, String... statements) throws Exception;

    /** Makes something of that name that belongs to another program, with a row in its table {@code things}. */
    abstract void makeForeign(String name) throws Exception;

    /** How many things the other program has. */
    abstract int countForeign(String name) throws Exception;

    /** Makes a workspace of an old version. */
    abstract void makeOld(String name, int version) throws Exception;

    /** Whether anything of a workspace is left. */
    abstract boolean leavesAnything(String name) throws Exception;

    @BeforeEach
    final void openWorkspaces() {
        workspaces = builder().openWorkspaces();
    }

    @AfterEach
    final void closeWorkspaces() {
        workspaces.close();
    }

    private static void createAgent(Database db, String name) {
        db.agents().create(Agent.builder().name(name).mode("llm").build());
    }

    private static List<String> agents(Database db) {
        return db.agents().list(1_000, 0).stream().map(Agent::name).toList();
    }

    private void tamper(String name) throws Exception {
        workspaces.open(name).close();
        execute(name, "UPDATE modelscan_schema_history SET checksum = checksum + 1 WHERE version = '2'");
    }

    @Test
    void aWorkspaceIsMadeWhenItIsOpenedAndKnowsItsName() {
        try (Database acme = workspaces.open("acme")) {
            assertThat(acme.workspace()).isEqualTo("acme");
            assertThat(acme.appliedMigrations()).isNotEmpty();
            assertThat(acme.healthCheck().isHealthy()).isTrue();
            assertThat(acme.stats().sizeBytes()).isPositive();
        }
        try (Database again = workspaces.open("acme")) {
            assertThat(again.appliedMigrations()).isEmpty();
        }
        assertThat(workspaces.exists("acme")).isTrue();
        assertThat(workspaces.exists("globex")).isFalse();
    }

    @Test
    void aBuilderOpensTheSameWorkspaceByItself() {
        try (Database acme = workspaces.open("acme")) {
            createAgent(acme, "alice");
        }
        try (Database alone = builder().workspace("acme").open()) {
            assertThat(alone.workspace()).isEqualTo("acme");
            assertThat(agents(alone)).containsExactly("alice");
        }
    }

    @Test
    void noWorkspaceSeesWhatAnotherHolds() {
        try (Database acme = workspaces.open("acme");
                Database globex = workspaces.open("globex")) {
            createAgent(acme, "alice");
            createAgent(globex, "alice");
            createAgent(globex, "bob");
            assertThat(agents(acme)).containsExactly("alice");
            assertThat(agents(globex)).containsExactlyInAnyOrder("alice", "bob");
            assertThat(acme.dsl().fetchCount(dev.modelscan.storage.schema.Tables.AGENTS))
                    .isEqualTo(1);
            assertThat(globex.dsl().fetchCount(dev.modelscan.storage.schema.Tables.AGENTS))
                    .isEqualTo(2);
            acme.useTx(tx -> {
                tx.agents().create(Agent.builder().name("carol").mode("llm").build());
                assertThat(agents(globex)).doesNotContain("carol");
            });
            assertThat(acme.stats().rows()).containsEntry("agents", 2L);
        }
    }

    @Test
    void manyThreadsOpenManyWorkspacesAtOnceOverASmallPoolAndEachReadsItsOwnRows() throws Exception {
        int count = 20;
        try (Workspaces shared =
                builder().poolSize(2).busyTimeout(Duration.ofSeconds(60)).openWorkspaces()) {
            Workers.runTogether(thread -> () -> {
                List<Integer> order =
                        new ArrayList<>(IntStream.range(0, count).boxed().toList());
                // Half of the threads meet in each workspace, the others come in the other order.
                if (thread % 2 == 0) {
                    Collections.reverse(order);
                }
                for (int number : order) {
                    String name = "ws_" + number;
                    try (Database db = shared.open(name)) {
                        createAgent(db, name + " of " + thread);
                        assertThat(agents(db)).allMatch(agent -> agent.startsWith(name + " of "));
                        assertThat(db.dsl().fetchValues(dev.modelscan.storage.schema.Tables.AGENTS.NAME))
                                .allMatch(agent -> agent.startsWith(name + " of "))
                                .contains(name + " of " + thread);
                    }
                }
                return thread;
            });
            assertThat(shared.list()).hasSize(count);
            for (String name : shared.list()) {
                try (Database db = shared.open(name)) {
                    assertThat(agents(db)).hasSize(Workers.THREADS);
                }
            }
        }
    }

    @Test
    void ofManyThatCreateTheSameWorkspaceAtOnceOneSucceeds() throws Exception {
        List<Boolean> created = Workers.runTogether(thread -> () -> {
            try (Workspaces own = builder().openWorkspaces()) {
                own.create("acme");
                return true;
            } catch (ConflictException e) {
                assertThat(e.entity()).isEqualTo("workspace");
                assertThat(e.id()).isEqualTo("acme");
                return false;
            }
        });
        assertThat(created).containsOnlyOnce(true);
        assertThatThrownBy(() -> workspaces.create("acme"))
                .isExactlyInstanceOf(ConflictException.class)
                .hasMessageContaining("acme exists already");
        assertThat(workspaces.list()).containsExactly("acme");
    }

    @Test
    void closingAWorkspaceLeavesTheOthersOpenAndClosingAllClosesEach() {
        Database acme = workspaces.open("acme");
        Database twin = workspaces.open("acme");
        Database globex = workspaces.open("globex");
        acme.close();
        acme.close();
        assertThatThrownBy(() -> agents(acme)).isInstanceOf(UnavailableException.class);
        createAgent(twin, "alice");
        createAgent(globex, "bob");
        workspaces.close();
        workspaces.close();
        assertThatThrownBy(() -> agents(twin)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> agents(globex)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> workspaces.open("acme")).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> workspaces.list()).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> workspaces.drop("acme", "acme")).isInstanceOf(UnavailableException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Acme", "1acme", "ac-me", "ac/me", "../acme", "a\u0000b", "public", "pg_x", "con", "lpt1"})
    void whatIsNoNameIsRefusedBeforeAnythingHappens(String name) {
        assertThatThrownBy(() -> workspaces.open(name)).isExactlyInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> workspaces.create(name)).isExactlyInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> workspaces.exists(name)).isExactlyInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> workspaces.drop(name, name)).isExactlyInstanceOf(InvalidDataException.class);
        assertThat(workspaces.list()).isEmpty();
    }

    @Test
    void namesThatAreWordsOfSqlOrAsLongAsMayBeWork() {
        String longest = "a".repeat(63);
        for (String name : List.of("select", "user", longest)) {
            workspaces.create(name);
            try (Database db = workspaces.open(name)) {
                createAgent(db, "alice");
            }
        }
        assertThat(workspaces.list()).containsExactly(longest, "select", "user");
        workspaces.drop("user", "user");
        assertThat(workspaces.list()).containsExactly(longest, "select");
        assertThatThrownBy(() -> workspaces.open("a".repeat(64))).isInstanceOf(InvalidDataException.class);
    }

    @Test
    void theListIsSortedAndLeavesOutWhatIsNotOurs() throws Exception {
        assertThat(workspaces.list()).isEmpty();
        makeForeign("other");
        for (String name : List.of("globex", "acme_2", "acme")) {
            workspaces.create(name);
        }
        try (Database open = workspaces.open("acme")) {
            createAgent(open, "alice");
            assertThat(workspaces.list())
                    .containsExactly("acme", "acme_2", "globex")
                    .isUnmodifiable();
        }
        assertThat(workspaces.exists("other")).isFalse();
    }

    @Test
    void aDropNeedsTheNameTwice() throws Exception {
        workspaces.create("acme");
        for (String confirmation : List.of("", "ACME", "globex")) {
            assertThatThrownBy(() -> workspaces.drop("acme", confirmation))
                    .isExactlyInstanceOf(InvalidDataException.class)
                    .hasMessageContaining("confirmation");
        }
        assertThat(workspaces.exists("acme")).isTrue();
    }

    @Test
    void aDropLeavesNothingOfTheWorkspaceAndTheNameCanBeUsedAgain() throws Exception {
        workspaces.create("globex");
        try (Database acme = workspaces.open("acme")) {
            createAgent(acme, "alice");
        }
        workspaces.drop("acme", "acme");
        assertThat(leavesAnything("acme")).isFalse();
        assertThat(workspaces.list()).containsExactly("globex");
        assertThatThrownBy(() -> workspaces.drop("acme", "acme"))
                .isExactlyInstanceOf(NotFoundException.class)
                .hasMessageContaining("workspace acme does not exist");
        assertThat(leavesAnything("acme")).isFalse();
        try (Database acme = workspaces.open("acme")) {
            assertThat(agents(acme)).isEmpty();
        }
    }

    @Test
    void whatIsOpenHereIsNotDropped() {
        try (Database first = workspaces.open("acme")) {
            Database second = workspaces.open("acme");
            createAgent(first, "alice");
            second.close();
            second.close();
            assertThatThrownBy(() -> workspaces.drop("acme", "acme"))
                    .isExactlyInstanceOf(BusyException.class)
                    .hasMessageContaining("acme is open");
            assertThat(agents(first)).containsExactly("alice");
        }
        workspaces.drop("acme", "acme");
        assertThat(workspaces.exists("acme")).isFalse();
    }

    @Test
    void whatIsNotOursIsNeitherOpenedNorDropped() throws Exception {
        makeForeign("other");
        assertThatThrownBy(() -> workspaces.drop("other", "other")).isExactlyInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> workspaces.open("other")).isExactlyInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> workspaces.create("other")).isExactlyInstanceOf(SchemaException.class);
        assertThat(countForeign("other")).isEqualTo(1);
    }

    @Test
    void allThatAreBehindAreMigratedAndOneThatIsBrokenFailsAlone() throws Exception {
        workspaces.create("current");
        makeOld("old_1", 1);
        makeOld("old_4", 4);
        tamper("broken");
        List<MigrationProgress> seen = new ArrayList<>();
        List<WorkspaceMigration> result = workspaces.migrateAll(3, progress -> {
            assertThat(Thread.currentThread().getName()).doesNotContain("migrate");
            seen.add(progress);
        });
        assertThat(result)
                .isUnmodifiable()
                .extracting(WorkspaceMigration::name)
                .containsExactly("broken", "current", "old_1", "old_4");
        assertThat(result.get(0).failure())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("broken")
                .hasMessageContaining("migration 2");
        assertThat(result.subList(1, 4)).noneMatch(WorkspaceMigration::isFailed);
        assertThat(result.get(1).appliedMigrations()).isEmpty();
        assertThat(result.get(2).appliedMigrations()).hasSize(5).first().isEqualTo("V2__team_description.sql");
        assertThat(result.get(3).appliedMigrations())
                .containsExactly("V5__conversation_order.sql", "V6__list_indexes.sql");
        assertThat(seen).extracting(MigrationProgress::done).containsExactly(1, 2, 3, 4);
        assertThat(seen).extracting(MigrationProgress::total).containsOnly(4);
        assertThat(seen).extracting(MigrationProgress::last).containsExactlyInAnyOrderElementsOf(result);
        try (Database db = workspaces.open("old_1")) {
            assertThat(db.appliedMigrations()).isEmpty();
            createAgent(db, "alice");
        }
        List<WorkspaceMigration> second = workspaces.migrateAll(1, progress -> {});
        assertThat(second.stream().filter(WorkspaceMigration::isFailed)).hasSize(1);
        assertThat(second).allMatch(migration -> migration.appliedMigrations().isEmpty());
    }

    @Test
    void whatProgressThrowsEndsMigratingAndAnInterruptDoesToo() throws Exception {
        for (int i = 0; i < 4; i++) {
            makeOld("old_" + i, 5);
        }
        IllegalStateException enough = new IllegalStateException("enough");
        assertThatThrownBy(() -> workspaces.migrateAll(1, progress -> {
                    throw enough;
                }))
                .isSameAs(enough);
        assertThatThrownBy(() -> workspaces.migrateAll(
                        1, progress -> Thread.currentThread().interrupt()))
                .isExactlyInstanceOf(CancelledException.class)
                .hasMessageContaining("of 4");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(workspaces.migrateAll(2, progress -> {})).hasSize(4).noneMatch(WorkspaceMigration::isFailed);
    }

    @Test
    void thereMayBeNothingToMigrate() {
        assertThat(workspaces.migrateAll(4, progress -> {
                    throw new AssertionError("nothing to report");
                }))
                .isEmpty();
        assertThatThrownBy(() -> workspaces.migrateAll(0, progress -> {})).isInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> workspaces.migrateAll(101, progress -> {})).isInstanceOf(InvalidDataException.class);
    }

    @Test
    void aBuilderOfOneWorkspaceOpensNoOthers() {
        assertThatThrownBy(() -> builder().workspace("acme").openWorkspaces())
                .isExactlyInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> Database.builder().inMemory().openWorkspaces())
                .isExactlyInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> Database.builder().inMemory().workspace("acme").open())
                .isExactlyInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> Database.builder().openWorkspaces()).isExactlyInstanceOf(InvalidDataException.class);
    }
}
