package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.workspaces.MigrationProgress;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import dev.modelscan.storage.workspaces.Workspaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What workspaces do on every engine. Each test has its own place for them. */
abstract class WorkspacesContract {

    Workspaces workspaces;

    /**
     * A builder for the place of the test, which is empty at first, except for the names that {@link #name}
     * avoids.
     */
    abstract DatabaseBuilder builder();

    /** {@link #builder} with few connections, if the builder has that option. */
    DatabaseBuilder smallBuilder() {
        return builder();
    }

    /** Runs statements in a workspace, without the library. */
    abstract void execute(String workspace, String... statements) throws Exception;

    /**
     * Creates an object of that name that belongs to another program, with a row in its table {@code things}.
     */
    abstract void makeForeign(String name) throws Exception;

    /** How many rows the other program has. */
    abstract int countForeign(String name) throws Exception;

    /** Creates a workspace of an old version. */
    abstract void makeOld(String name, int version) throws Exception;

    /** Whether anything of a workspace is left. */
    abstract boolean leavesAnything(String name) throws Exception;

    /** The real name of a workspace of the test, because others may use the same place. */
    String name(String plain) {
        return plain;
    }

    /** The workspaces of the test, by their plain names. */
    final List<String> mine(Workspaces all) {
        return all.list().stream()
                .filter(this::isMine)
                .map(found -> found.substring(name("").length()))
                .toList();
    }

    private List<WorkspaceMigration> mine(List<WorkspaceMigration> all) {
        return all.stream().filter(migration -> isMine(migration.name())).toList();
    }

    private boolean isMine(String found) {
        return found.startsWith(name(""));
    }

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
        try (Database acme = workspaces.open(name("acme"))) {
            assertThat(acme.workspace()).isEqualTo(name("acme"));
            assertThat(acme.appliedMigrations()).isNotEmpty();
            assertThat(acme.healthCheck().isHealthy()).isTrue();
            assertThat(acme.stats().sizeBytes()).isPositive();
        }
        try (Database again = workspaces.open(name("acme"))) {
            assertThat(again.appliedMigrations()).isEmpty();
        }
        assertThat(workspaces.exists(name("acme"))).isTrue();
        assertThat(workspaces.exists(name("globex"))).isFalse();
    }

    @Test
    void aBuilderOpensTheSameWorkspaceByItself() {
        try (Database acme = workspaces.open(name("acme"))) {
            createAgent(acme, "alice");
        }
        try (Database alone = builder().workspace(name("acme")).open()) {
            assertThat(alone.workspace()).isEqualTo(name("acme"));
            assertThat(agents(alone)).containsExactly("alice");
        }
    }

    @Test
    void noWorkspaceSeesWhatAnotherHolds() {
        try (Database acme = workspaces.open(name("acme"));
                Database globex = workspaces.open(name("globex"))) {
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
                smallBuilder().busyTimeout(Duration.ofSeconds(60)).openWorkspaces()) {
            Workers.runTogether(thread -> () -> {
                List<Integer> order =
                        new ArrayList<>(IntStream.range(0, count).boxed().toList());
                // Two halves of the threads use the workspaces in opposite orders.
                if (thread % 2 == 0) {
                    Collections.reverse(order);
                }
                for (int number : order) {
                    String name = name("ws_" + number);
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
            assertThat(mine(shared)).hasSize(count);
            for (String plain : mine(shared)) {
                try (Database db = shared.open(name(plain))) {
                    assertThat(agents(db)).hasSize(Workers.THREADS);
                }
            }
        }
    }

    @Test
    void ofManyThatCreateTheSameWorkspaceAtOnceOneSucceeds() throws Exception {
        List<Boolean> created = Workers.runTogether(thread -> () -> {
            try (Workspaces own = builder().openWorkspaces()) {
                own.create(name("acme"));
                return true;
            } catch (ConflictException e) {
                assertThat(e.entity()).isEqualTo("workspace");
                assertThat(e.id()).isEqualTo(name("acme"));
                return false;
            }
        });
        assertThat(created).containsOnlyOnce(true);
        assertThatThrownBy(() -> workspaces.create(name("acme")))
                .isExactlyInstanceOf(ConflictException.class)
                .hasMessageContaining(name("acme") + " exists already");
        assertThat(mine(workspaces)).containsExactly("acme");
    }

    @Test
    void closingAWorkspaceLeavesTheOthersOpenAndClosingAllClosesEach() {
        Database acme = workspaces.open(name("acme"));
        Database twin = workspaces.open(name("acme"));
        Database globex = workspaces.open(name("globex"));
        acme.close();
        acme.close();
        assertThatThrownBy(() -> agents(acme)).isInstanceOf(UnavailableException.class);
        createAgent(twin, "alice");
        createAgent(globex, "bob");
        workspaces.close();
        workspaces.close();
        assertThatThrownBy(() -> agents(twin)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> agents(globex)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> workspaces.open(name("acme"))).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> workspaces.list()).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> workspaces.drop(name("acme"), name("acme"))).isInstanceOf(UnavailableException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Acme", "1acme", "ac-me", "ac/me", "../acme", "a\u0000b", "public", "pg_x", "con", "lpt1"})
    void whatIsNoNameIsRefusedBeforeAnythingHappens(String name) {
        assertThatThrownBy(() -> workspaces.open(name)).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> workspaces.create(name)).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> workspaces.exists(name)).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> workspaces.drop(name, name)).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThat(mine(workspaces)).isEmpty();
    }

    @Test
    void namesThatAreWordsOfSqlOrAsLongAsMayBeWork() {
        String longest = "a".repeat(63 - name("").length());
        for (String plain : List.of("select", "user", longest)) {
            workspaces.create(name(plain));
            try (Database db = workspaces.open(name(plain))) {
                createAgent(db, "alice");
            }
        }
        assertThat(mine(workspaces)).containsExactly(longest, "select", "user");
        workspaces.drop(name("user"), name("user"));
        assertThat(mine(workspaces)).containsExactly(longest, "select");
        assertThatThrownBy(() -> workspaces.open("a".repeat(64))).isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theListIsSortedAndLeavesOutWhatIsNotOurs() throws Exception {
        assertThat(mine(workspaces)).isEmpty();
        makeForeign(name("other"));
        for (String plain : List.of("globex", "acme_2", "acme")) {
            workspaces.create(name(plain));
        }
        try (Database open = workspaces.open(name("acme"))) {
            createAgent(open, "alice");
            assertThat(mine(workspaces)).containsExactly("acme", "acme_2", "globex");
            assertThat(workspaces.list()).isUnmodifiable();
        }
        assertThat(workspaces.exists(name("other"))).isFalse();
    }

    @Test
    void aDropNeedsTheNameTwice() throws Exception {
        workspaces.create(name("acme"));
        for (String confirmation : List.of("", "ACME", "globex")) {
            assertThatThrownBy(() -> workspaces.drop(name("acme"), confirmation))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("confirmation");
        }
        assertThat(workspaces.exists(name("acme"))).isTrue();
    }

    @Test
    void aDropLeavesNothingOfTheWorkspaceAndTheNameCanBeUsedAgain() throws Exception {
        workspaces.create(name("globex"));
        try (Database acme = workspaces.open(name("acme"))) {
            createAgent(acme, "alice");
        }
        workspaces.drop(name("acme"), name("acme"));
        assertThat(leavesAnything(name("acme"))).isFalse();
        assertThat(mine(workspaces)).containsExactly("globex");
        assertThatThrownBy(() -> workspaces.drop(name("acme"), name("acme")))
                .isExactlyInstanceOf(NotFoundException.class)
                .hasMessageContaining("workspace " + name("acme") + " does not exist");
        assertThat(leavesAnything(name("acme"))).isFalse();
        try (Database acme = workspaces.open(name("acme"))) {
            assertThat(agents(acme)).isEmpty();
        }
    }

    @Test
    void whatIsOpenHereIsNotDropped() {
        try (Database first = workspaces.open(name("acme"))) {
            Database second = workspaces.open(name("acme"));
            createAgent(first, "alice");
            second.close();
            second.close();
            assertThatThrownBy(() -> workspaces.drop(name("acme"), name("acme")))
                    .isExactlyInstanceOf(BusyException.class)
                    .hasMessageContaining(name("acme") + " is open");
            assertThat(agents(first)).containsExactly("alice");
        }
        workspaces.drop(name("acme"), name("acme"));
        assertThat(workspaces.exists(name("acme"))).isFalse();
    }

    @Test
    void whatIsNotOursIsNeitherOpenedNorDropped() throws Exception {
        makeForeign(name("other"));
        assertThatThrownBy(() -> workspaces.drop(name("other"), name("other")))
                .isExactlyInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> workspaces.open(name("other"))).isExactlyInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> workspaces.create(name("other"))).isExactlyInstanceOf(SchemaException.class);
        assertThat(countForeign(name("other"))).isEqualTo(1);
    }

    @Test
    void allThatAreBehindAreMigratedAndOneThatIsBrokenFailsAlone() throws Exception {
        workspaces.create(name("current"));
        makeOld(name("old_1"), 1);
        makeOld(name("old_4"), 4);
        tamper(name("broken"));
        List<MigrationProgress> seen = new ArrayList<>();
        List<WorkspaceMigration> all = workspaces.migrateAll(3, progress -> {
            assertThat(Thread.currentThread().getName()).doesNotContain("migrate");
            seen.add(progress);
        });
        assertThat(all).isUnmodifiable().extracting(WorkspaceMigration::name).isEqualTo(workspaces.list());
        List<WorkspaceMigration> result = mine(all);
        assertThat(result)
                .extracting(WorkspaceMigration::name)
                .containsExactly(name("broken"), name("current"), name("old_1"), name("old_4"));
        assertThat(result.get(0).failure())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("broken")
                .hasMessageContaining("migration 2");
        assertThat(result.subList(1, 4)).noneMatch(WorkspaceMigration::isFailed);
        assertThat(result.get(1).appliedMigrations()).isEmpty();
        assertThat(result.get(2).appliedMigrations()).startsWith("V2__team_description.sql");
        assertThat(result.get(3).appliedMigrations()).startsWith("V5__conversation_order.sql", "V6__list_indexes.sql");
        assertThat(seen)
                .extracting(MigrationProgress::done)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, all.size()).boxed().toList());
        assertThat(seen).extracting(MigrationProgress::total).containsOnly(all.size());
        assertThat(seen).extracting(MigrationProgress::last).containsExactlyInAnyOrderElementsOf(all);
        try (Database db = workspaces.open(name("old_1"))) {
            assertThat(db.appliedMigrations()).isEmpty();
            createAgent(db, "alice");
        }
        List<WorkspaceMigration> second = mine(workspaces.migrateAll(1, progress -> {}));
        assertThat(second.stream().filter(WorkspaceMigration::isFailed)).hasSize(1);
        assertThat(second).allMatch(migration -> migration.appliedMigrations().isEmpty());
    }

    @Test
    void whatProgressThrowsEndsMigratingAndAnInterruptDoesToo() throws Exception {
        for (int i = 0; i < 4; i++) {
            makeOld(name("old_" + i), 5);
        }
        IllegalStateException enough = new IllegalStateException("enough");
        assertThatThrownBy(() -> workspaces.migrateAll(1, progress -> {
                    throw enough;
                }))
                .isSameAs(enough);
        assertThatThrownBy(() -> workspaces.migrateAll(
                        1, progress -> Thread.currentThread().interrupt()))
                .isExactlyInstanceOf(CancelledException.class)
                .hasMessageContaining("of " + (name("").isEmpty() ? "4" : ""));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(mine(workspaces.migrateAll(2, progress -> {}))).hasSize(4).noneMatch(WorkspaceMigration::isFailed);
    }

    @Test
    void whatIsDroppedMeanwhileIsNotMadeAgain() throws Exception {
        for (int i = 0; i < 8; i++) {
            makeOld(name("old_" + i), 1);
        }
        String dropped = name("old_7");
        AtomicBoolean done = new AtomicBoolean();
        List<WorkspaceMigration> all = mine(workspaces.migrateAll(1, progress -> {
            if (!done.getAndSet(true)) {
                workspaces.drop(dropped, dropped);
            }
        }));
        assertThat(workspaces.exists(dropped)).isFalse();
        assertThat(all.get(7).failure())
                .isExactlyInstanceOf(NotFoundException.class)
                .hasMessageContaining(dropped);
        assertThat(all.subList(0, 7)).noneMatch(WorkspaceMigration::isFailed);
    }

    @Test
    void thereMayBeNothingToMigrate() {
        List<WorkspaceMigration> all = workspaces.migrateAll(
                4, progress -> assertThat(isMine(progress.last().name())).isFalse());
        assertThat(mine(all)).isEmpty();
        assertThatThrownBy(() -> workspaces.migrateAll(0, progress -> {}))
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> workspaces.migrateAll(101, progress -> {}))
                .isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBuilderOfOneWorkspaceOpensNoOthers() {
        assertThatThrownBy(() -> builder().workspace(name("acme")).openWorkspaces())
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Database.builder().inMemory().openWorkspaces())
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        Database.builder().inMemory().workspace(name("acme")).open())
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Database.builder().openWorkspaces())
                .isExactlyInstanceOf(IllegalArgumentException.class);
    }
}
