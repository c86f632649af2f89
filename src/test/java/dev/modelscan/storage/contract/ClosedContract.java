package dev.modelscan.storage.contract;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.jooq.impl.DSL.select;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Schedule;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentRepository;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a database does after it was closed, and what may not be done in a transaction of its own. */
abstract class ClosedContract extends Contract {

    private static final PageRequest PAGE = PageRequest.first(1);

    /** What only says what is known. */
    private static final Set<String> KNOWN = Set.of(
            "isOpen", "schemaVersion", "appliedMigrations", "options", "file", "workspace", "healthCheck", "close");

    /** What SQLite alone does. */
    private static final Set<String> OF_FILES = Set.of("backup", "repair", "repairable", "compact");

    @TempDir
    Path directory;

    private Map<String, List<Consumer<Database>>> calls() {
        return Map.ofEntries(
                Map.entry("repository", List.of(d -> d.repository(AgentRepository.class)
                        .list(1, 0))),
                Map.entry("search", List.of(d -> d.search().find("x", PAGE), d -> d.search()
                        .enable())),
                Map.entry("audit", List.of(d -> d.audit().isEnabled(), d -> d.audit()
                        .enable())),
                Map.entry("erasure", List.of(d -> d.erasure().erase(ErasureRequest.agent(new AgentId("a"))))),
                Map.entry("dsl", List.of(d -> d.dsl().fetchCount(AGENTS))),
                Map.entry("query", List.of(d -> d.query(StoredQueries.query(
                                () -> select(AGENTS.NAME).from(AGENTS).orderBy(AGENTS.ID), into(name -> name)))
                        .list(1))),
                Map.entry("table", List.of(d -> d.table(MappedTableContract.SQUADS).stream()
                        .findFirst())),
                Map.entry("withTx", List.of(d -> d.withTx(tx -> 1), d -> d.withTx(Isolation.SERIALIZABLE, tx -> 1))),
                Map.entry("useTx", List.of(d -> d.useTx(tx -> {}), d -> d.useTx(Isolation.SERIALIZABLE, tx -> {}))),
                Map.entry("stats", List.of(Database::stats)),
                Map.entry("backup", List.of(d -> d.backup(directory.resolve("backup.db")))),
                Map.entry("doctor", List.of(Database::doctor, d -> d.doctor(directory))),
                Map.entry("repair", List.of(Database::repair, d -> d.repair(progress -> {}))),
                Map.entry("repairable", List.of(Database::repairable)),
                Map.entry("compact", List.of(Database::compact)),
                Map.entry("cancelRunning", List.of(d -> d.cancelRunning(List.of(new AgentId("a"))))),
                Map.entry("as", List.of(d -> d.as("ann").agents().list(1, 0), d -> d.as("ann")
                        .agents()
                        .create(agent("x").build()))));
    }

    @Test
    void nothingIsReadOrWrittenAfterIt() throws SQLException {
        Set<String> methods = Arrays.stream(Database.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .collect(Collectors.toSet());
        methods.removeAll(KNOWN);
        Optional<Connection> own = engine().connect(db);
        Database view = db.as("ann");
        db.close();
        db.close();

        calls().forEach((name, ways) -> ways.forEach(way -> {
            Throwable thrown = catchThrowable(() -> way.accept(db));
            boolean unsupported = thrown instanceof UnsupportedOperationException && OF_FILES.contains(name);
            assertThat(thrown instanceof UnavailableException || unsupported)
                    .as("%s: %s", name, thrown)
                    .isTrue();
        }));
        if (own.isPresent()) {
            try (Connection connection = own.get()) {
                connection.setAutoCommit(false);
                assertThatThrownBy(() -> db.on(connection)).isExactlyInstanceOf(UnavailableException.class);
            }
        }
        assertThatThrownBy(() -> view.agents().list(1, 0)).isExactlyInstanceOf(UnavailableException.class);
        methods.removeAll(calls().keySet());
        assertThat(methods).containsExactly("on");
        assertThat(db.healthCheck().problems()).isNotEmpty();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aViewIsClosedWithItsDatabaseAndNotByItself() {
        Database view = db.as("ann");
        Database another = view.as("bob");
        view.close();
        assertThat(view.isOpen()).isTrue();
        view.agents().create(agent("x").build());
        assertThat(db.agents().list(10, 0)).hasSize(1);

        db.close();
        assertThat(view.isOpen()).isFalse();
        assertThat(another.isOpen()).isFalse();
    }

    @Test
    void aScheduleOfAViewEndsWithTheDatabase() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        List<StorageException> failures = new CopyOnWriteArrayList<>();
        Database view = db.as("ann");
        Runnable work = () -> {
            view.agents().list(1, 0);
            begun.countDown();
        };
        try (Schedule schedule = Schedule.start(view, "test", Duration.ofMillis(1), work, failures::add)) {
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            db.close();
            // Longer than the time after which a schedule looks again.
            TimeUnit.MILLISECONDS.sleep(500);
            assertThat(failures).isEmpty();
        }
    }

    @Test
    void itIsNeitherCheckedNorClosedInATransactionOfItsOwn() {
        db.useTx(tx -> {
            assertThatThrownBy(db::healthCheck)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("the database cannot be checked inside withTx");
            assertThatThrownBy(db::close)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("the database cannot be closed inside withTx");
            for (ThrowingCallable writing : List.<ThrowingCallable>of(db::repair, db::compact)) {
                assertThatThrownBy(writing)
                        .isInstanceOfAny(IllegalStateException.class, UnsupportedOperationException.class);
            }
            assertThat(db.isOpen()).isTrue();
            tx.agents().create(agent("x").build());
        });
        assertThat(db.healthCheck().problems()).isEmpty();
        assertThat(db.agents().list(10, 0)).hasSize(1);
    }
}
