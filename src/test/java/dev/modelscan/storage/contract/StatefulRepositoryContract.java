package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What the repositories of records with a status do.
 *
 * @param <I> the key
 * @param <R> the record
 * @param <S> the status
 */
abstract class StatefulRepositoryContract<I extends Id, R, S extends Enum<S>> extends RepositoryContract<I, R> {

    private static final Instant CREATED = Instant.parse("2029-05-01T00:00:00Z");
    private static final Instant STARTED = Instant.parse("2029-05-02T00:00:00.5Z");
    private static final Instant COMPLETED = Instant.parse("2029-05-03T00:00:00.25Z");

    /** The changes that the documentation of the status allows. */
    abstract Map<S, Set<S>> allowed();

    /** The status of a record that waits. */
    abstract S waiting();

    /** The status of a record that runs. */
    abstract S running();

    /** The status of a record that succeeded. */
    abstract S succeeded();

    abstract String code(S status);

    abstract boolean canBecome(S from, S to);

    abstract R newRecord(Instant createdAt, S status, @Nullable Instant startedAt, @Nullable Instant completedAt);

    abstract R updateStatus(Repositories repositories, I id, S status);

    abstract S status(R record);

    abstract @Nullable Instant startedAt(R record);

    abstract @Nullable Instant completedAt(R record);

    private boolean isFinal(S status) {
        return status != waiting() && status != running();
    }

    private Set<S> statuses() {
        return allowed().keySet();
    }

    @TestFactory
    List<DynamicTest> everyChangeOfStatusIsAllowedOrRefusedAsDocumented() {
        List<DynamicTest> tests = new ArrayList<>();
        for (S from : statuses()) {
            for (S to : statuses()) {
                if (allowed().get(from).contains(to)) {
                    tests.add(dynamicTest(code(from) + " may become " + code(to), () -> requireAllowed(from, to)));
                } else {
                    tests.add(dynamicTest(code(from) + " cannot become " + code(to), () -> requireRefused(from, to)));
                }
            }
        }
        assertThat(tests).hasSize(statuses().size() * statuses().size());
        return tests;
    }

    private void requireAllowed(S from, S to) {
        R stored = repository.create(newRecord(CREATED, from, null, null));
        Instant now = clock.advance();

        R changed = updateStatus(db, id(stored), to);

        assertThat(canBecome(from, to)).isTrue();
        assertThat(changed).isEqualTo(repository.get(id(stored)));
        assertThat(status(changed)).isEqualTo(to);
        assertThat(version(changed)).isEqualTo(version(stored) + 1);
        assertThat(updatedAt(changed)).isEqualTo(now);
        assertThat(createdAt(changed)).isEqualTo(createdAt(stored));
        assertThat(startedAt(changed)).isEqualTo(to == running() ? now : to == waiting() ? null : startedAt(stored));
        assertThat(completedAt(changed)).isEqualTo(isFinal(to) ? now : null);
        assertThat(changed)
                .usingRecursiveComparison()
                .usingOverriddenEquals()
                .ignoringFields("status", "version", "updatedAt", "startedAt", "completedAt")
                .isEqualTo(stored);
    }

    private void requireRefused(S from, S to) {
        R stored = repository.create(newRecord(CREATED, from, null, null));
        clock.advance();

        InvalidTransitionException refusal =
                catchThrowableOfType(InvalidTransitionException.class, () -> updateStatus(db, id(stored), to));

        assertThat(canBecome(from, to)).isFalse();
        assertNames(refusal, entity(), id(stored));
        assertThat(refusal.from()).isEqualTo(code(from));
        assertThat(refusal.to()).isEqualTo(code(to));
        assertThat(refusal).hasMessageContaining(code(from)).hasMessageContaining(code(to));
        assertThat(repository.get(id(stored))).isEqualTo(stored);
    }

    @Test
    void aChangeOfStatusOfWhatDoesNotExistIsNotFound() {
        I id = newId();

        for (S status : statuses()) {
            assertNames(
                    catchThrowableOfType(NotFoundException.class, () -> updateStatus(db, id, status)), entity(), id);
        }
    }

    @Test
    void aRefusedChangeOfStatusLeavesTheTransactionUsable() {
        R stored = repository.create(newRecord(CREATED, succeeded(), null, null));

        R other = db.withTx(tx -> {
            assertThat(catchThrowableOfType(
                            InvalidTransitionException.class, () -> updateStatus(tx, id(stored), running())))
                    .isNotNull();
            return repository(tx).create(newRecord(1));
        });

        assertThat(repository.get(id(other))).isEqualTo(other);
    }

    @Test
    void timesThatComeWithTheStatusAreKept() {
        R running = repository.create(newRecord(CREATED, running(), STARTED, null));
        R ended = repository.create(newRecord(CREATED, succeeded(), STARTED, COMPLETED));

        assertThat(startedAt(repository.get(id(running)))).isEqualTo(STARTED);
        assertThat(startedAt(repository.get(id(ended)))).isEqualTo(STARTED);
        assertThat(completedAt(repository.get(id(ended)))).isEqualTo(COMPLETED);
    }

    @Test
    void timesThatTheStatusImpliesAreStoredWhereNoneAreGiven() {
        for (S status : statuses()) {
            R stored = repository.create(newRecord(CREATED, status, null, null));

            assertThat(repository.get(id(stored))).isEqualTo(stored);
            assertThat(startedAt(stored)).isEqualTo(status == running() || status == succeeded() ? CREATED : null);
            assertThat(completedAt(stored)).isEqualTo(isFinal(status) ? CREATED : null);
        }
    }

    @Test
    void timesThatContradictTheStatusAreRefused() {
        requireField("startedAt", newRecord(CREATED, waiting(), STARTED, null));
        requireField("completedAt", newRecord(CREATED, waiting(), null, COMPLETED));
        requireField("completedAt", newRecord(CREATED, running(), STARTED, COMPLETED));
        requireField("completedAt", newRecord(CREATED, succeeded(), COMPLETED, STARTED));
        assertThat(all()).isEmpty();
    }

    private void requireField(String field, R record) {
        InvalidDataException one = catchThrowableOfType(InvalidDataException.class, () -> repository.create(record));
        InvalidDataException many =
                catchThrowableOfType(InvalidDataException.class, () -> repository.createAll(List.of(record)));
        assertNames(one, entity(), id(record));
        assertThat(one.field()).isEqualTo(field);
        assertThat(many.field()).isEqualTo(field);
    }

    @Test
    void aClockThatStepsBackStoresNoEndBeforeTheStart() {
        Instant created = TestClock.START;
        for (S end : statuses()) {
            if (allowed().get(running()).contains(end)) {
                R waiting = repository.create(newRecord(created, waiting(), null, null));
                clock.set(created.minusSeconds(60));
                R started = updateStatus(db, id(waiting), running());
                assertThat(startedAt(started)).isEqualTo(created);
                assertThat(updatedAt(started)).isEqualTo(created);
                clock.set(created.minusSeconds(3_600));

                R ended = updateStatus(db, id(waiting), end);

                assertThat(completedAt(ended)).isIn(created, null);
                repository.delete(id(ended));
                assertThat(repository.create(ended)).isEqualTo(ended);
            }
        }
    }
}
