package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.MethodCoverage;
import dev.modelscan.storage.support.RepositoryCalls;
import dev.modelscan.storage.support.RepositoryCalls.RepositoryCall;
import dev.modelscan.storage.testkit.StatementLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link RepositoryCalls} has the expected numbers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class StatementCountTest {

    @TempDir
    static Path directory;

    private FilledDatabase filled;
    private int opened;

    protected Database open() {
        return Database.open(directory.resolve("filled-" + opened++ + ".db"));
    }

    protected int expected(RepositoryCall call) {
        return call.statements();
    }

    @BeforeAll
    void fill() {
        filled = new FilledDatabase(open());
    }

    @AfterAll
    void close() {
        filled.close();
    }

    static Stream<RepositoryCall> calls() {
        return RepositoryCalls.all();
    }

    /** A batch of statements with many rows, and one with those that are left, count as one. */
    private static List<String> sent(StatementLog log) {
        List<String> sent = new ArrayList<>();
        for (String statement : log.statements()) {
            if (sent.isEmpty() || !sent.get(sent.size() - 1).startsWith(statement + ", (")) {
                sent.add(statement);
            }
        }
        return sent;
    }

    @ParameterizedTest
    @MethodSource("calls")
    void sendsAsManyStatementsAsExpected(RepositoryCall call) {
        Consumer<Repositories> prepared = call.preparation().prepare(filled);
        try (StatementLog log = new StatementLog()) {
            prepared.accept(filled.db);
            assertThat(sent(log)).hasSize(expected(call));
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void sendsTheSameStatementsInsideATransaction(RepositoryCall call) {
        Consumer<Repositories> prepared = call.preparation().prepare(filled);
        try (StatementLog log = new StatementLog()) {
            // A rejected statement ends its transaction.
            try {
                filled.db.useTx(prepared::accept);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("a call of this transaction was refused");
            }
            assertThat(sent(log)).hasSize(expected(call));
        }
    }

    @Test
    void everyMethodOfEveryRepositoryHasAnExpectation() {
        MethodCoverage coverage = new MethodCoverage();
        try (FilledDatabase fresh = new FilledDatabase(open())) {
            Repositories watched = coverage.watch(fresh.db);
            RepositoryCalls.all()
                    .forEach(call -> call.preparation().prepare(fresh).accept(watched));
        }
        assertThat(coverage.missing()).isEmpty();
    }

    @Test
    void cancelRunningSendsTwoStatements() {
        try (FilledDatabase fresh = new FilledDatabase(open());
                StatementLog log = new StatementLog()) {
            fresh.db.cancelRunning(List.of(AgentId.next()));
            assertThat(log.statements()).hasSize(2);
        }
    }

    @Test
    void statsSendsOneStatement() {
        try (StatementLog log = new StatementLog()) {
            filled.db.stats();
            assertThat(log.statements()).hasSize(1);
        }
    }
}
