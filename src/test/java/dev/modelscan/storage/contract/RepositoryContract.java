package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Id;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every repository does.
 *
 * @param <I> the key
 * @param <R> the record
 */
abstract class RepositoryContract<I extends Id, R> extends Contract {

    private static final Instant FIRST = Instant.parse("2029-01-01T00:00:00.000001Z");

    Repository<I, R> repository;

    /** The name of the record in exceptions. */
    abstract String entity();

    abstract Repository<I, R> repository(Repositories repositories);

    /** Stores the records to which new records refer. */
    void prepare() {}

    abstract I newId();

    /** A new record with a value in every optional field, and its number in the fields that must differ. */
    abstract R newRecord(int number, I id, Instant createdAt);

    /** The record with other values in every field that {@code update} changes. */
    abstract R changed(R record);

    /** The record with the id of another. */
    abstract R withId(R record, I id);

    abstract I id(R record);

    abstract long version(R record);

    abstract Instant createdAt(R record);

    abstract Instant updatedAt(R record);

    /** The order of lists. */
    abstract Comparator<R> order();

    /** The record with a reference to a missing record, by the name of the field. */
    abstract Map<String, R> withMissingReference(R record);

    /**
     * The record with another value in a field that {@code update} does not change, by the name of the field.
     */
    abstract Map<String, R> withFixedFieldChanged(R record);

    /** A page that holds the record, of another list than that of all records. */
    abstract Page<R> otherList(R record, PageRequest request);

    @BeforeEach
    final void prepareRepository() {
        prepare();
        repository = repository(db);
    }

    /** Three records share each time, and the ids are not in the order of the numbers. */
    final R newRecord(int number) {
        return newRecord(number, newId(), FIRST.plusNanos(1_000L * (number / 3)));
    }

    final R create(int number) {
        return repository.create(newRecord(number));
    }

    final List<R> newRecords(int count) {
        return IntStream.range(0, count).mapToObj(this::newRecord).toList();
    }

    /** Stores records in random order. */
    final List<R> createShuffled(int count) {
        List<R> records = new ArrayList<>(newRecords(count));
        Collections.shuffle(records, new Random(7));
        List<R> stored = new ArrayList<>(repository.createAll(records));
        stored.sort(order());
        return stored;
    }

    final List<R> all() {
        return repository.list(PageRequest.MAX_LIMIT, 0);
    }

    @Test
    void aCreatedRecordIsReturnedAsItIsReadBack() {
        R created = create(1);

        assertThat(repository.get(id(created))).isEqualTo(created);
        assertThat(repository.find(id(created))).contains(created);
        assertThat(all()).containsExactly(created);
    }

    @Test
    void aNewRecordKeepsTheIdAndTheTimesThatItWasBuiltWith() {
        I id = newId();
        R created = repository.create(newRecord(1, id, FIRST));

        assertThat(id(created)).isEqualTo(id);
        assertThat(createdAt(created)).isEqualTo(FIRST);
        assertThat(updatedAt(created)).isEqualTo(FIRST);
        assertThat(version(created)).isEqualTo(1);
    }

    @Test
    void createAllReturnsTheRecordsAsTheyAreReadBackInTheOrderGiven() {
        List<R> given = new ArrayList<>(newRecords(20));
        Collections.reverse(given);

        List<R> created = repository.createAll(given);

        assertThat(created.stream().map(this::id))
                .containsExactlyElementsOf(given.stream().map(this::id).toList());
        assertThat(created)
                .allSatisfy(record -> assertThat(repository.get(id(record))).isEqualTo(record));
        assertThat(all()).hasSize(20);
    }

    @Test
    void createAllOfNothingIsNothing() {
        assertThat(repository.createAll(List.of())).isEmpty();
        assertThat(all()).isEmpty();
    }

    @Test
    void createAllTakesMoreRecordsThanOneBatchHolds() {
        List<R> given = newRecords(2_500);

        List<R> created = repository.createAll(given);

        assertThat(created.stream().map(this::id).toList())
                .isEqualTo(given.stream().map(this::id).toList());
        assertThat(all()).isEqualTo(created.stream().sorted(order()).toList());
    }

    @Test
    void createAllStoresNothingWhereOneIdIsTakenAndNamesTheRecord() {
        R existing = create(5_000);
        List<R> given = new ArrayList<>(newRecords(1_500));
        given.set(1_200, withId(given.get(1_200), id(existing)));

        ConflictException refusal = catchThrowableOfType(ConflictException.class, () -> repository.createAll(given));

        assertNames(refusal, entity(), id(existing));
        assertThat(all()).containsExactly(existing);
    }

    @Test
    void createAllStoresNothingWhereAnIdOccursTwiceAndNamesTheRecord() {
        List<R> given = new ArrayList<>(newRecords(10));
        given.set(7, withId(given.get(7), id(given.get(2))));

        ConflictException refusal = catchThrowableOfType(ConflictException.class, () -> repository.createAll(given));

        assertNames(refusal, entity(), id(given.get(2)));
        assertThat(all()).isEmpty();
    }

    @Test
    void createAllStoresNothingWhereOneReferenceIsMissingAndNamesTheRecordAndTheField() {
        List<R> given = newRecords(10);
        withMissingReference(given.get(6)).forEach((field, broken) -> {
            List<R> records = new ArrayList<>(given);
            records.set(6, broken);

            ReferenceException refusal =
                    catchThrowableOfType(ReferenceException.class, () -> repository.createAll(records));

            assertNames(refusal, entity(), id(broken));
            assertThat(refusal).hasMessageContaining(field).hasMessageContaining("missing");
            assertThat(all()).isEmpty();
        });
    }

    @Test
    void whatDoesNotExistIsNotFound() {
        I id = newId();

        assertThat(repository.find(id)).isEmpty();
        assertNames(catchThrowableOfType(NotFoundException.class, () -> repository.get(id)), entity(), id);
        assertNames(catchThrowableOfType(NotFoundException.class, () -> repository.delete(id)), entity(), id);
        R record = newRecord(1, id, FIRST);
        assertNames(catchThrowableOfType(NotFoundException.class, () -> repository.update(record)), entity(), id);
        assertThat(all()).isEmpty();
    }

    @Test
    void anIdIsTakenOnce() {
        R first = create(1);
        R second = withId(newRecord(2), id(first));

        ConflictException refusal = catchThrowableOfType(ConflictException.class, () -> repository.create(second));

        assertNames(refusal, entity(), id(first));
        assertThat(all()).containsExactly(first);
    }

    @Test
    void aMissingReferenceIsRefusedAndNamedWithItsField() {
        R record = newRecord(1);
        withMissingReference(record).forEach((field, broken) -> {
            ReferenceException refusal =
                    catchThrowableOfType(ReferenceException.class, () -> repository.create(broken));

            assertNames(refusal, entity(), id(broken));
            assertThat(refusal).hasMessageContaining(field).hasMessageContaining("missing");
        });
        assertThat(all()).isEmpty();
    }

    @Test
    void anUpdateToAMissingReferenceIsRefusedAndChangesNothing() {
        R stored = create(1);
        withMissingReference(stored).forEach((field, broken) -> {
            ReferenceException refusal =
                    catchThrowableOfType(ReferenceException.class, () -> repository.update(broken));

            assertNames(refusal, entity(), id(stored));
            assertThat(refusal).hasMessageContaining(field).hasMessageContaining("missing");
        });
        assertThat(all()).containsExactly(stored);
    }

    @Test
    void anUpdateReplacesTheValuesAndRaisesTheVersionByOne() {
        R bystander = create(1);
        R stored = create(2);
        Instant now = clock.advance();
        R wanted = changed(stored);

        R updated = repository.update(wanted);

        assertThat(updated).isEqualTo(repository.get(id(stored)));
        assertThat(version(updated)).isEqualTo(version(stored) + 1);
        assertThat(updatedAt(updated)).isEqualTo(now);
        assertThat(createdAt(updated)).isEqualTo(createdAt(stored));
        assertThat(updated)
                .usingRecursiveComparison()
                .usingOverriddenEquals()
                .ignoringFields("version", "updatedAt")
                .isEqualTo(wanted);
        assertThat(repository.get(id(bystander))).isEqualTo(bystander);
    }

    @Test
    void anUpdateOfAnOldVersionIsRefusedWithBothVersions() {
        R stored = create(1);
        R updated = repository.update(changed(stored));

        ConflictException refusal = catchThrowableOfType(ConflictException.class, () -> repository.update(stored));

        assertNames(refusal, entity(), id(stored));
        assertThat(refusal).hasMessageContaining("version 2").hasMessageContaining("1 was given");
        assertThat(all()).containsExactly(updated);
    }

    @Test
    void anUpdateOfWhatHasAMethodOfItsOwnIsRefused() {
        R stored = create(1);
        withFixedFieldChanged(stored).forEach((field, record) -> {
            InvalidDataException refusal =
                    catchThrowableOfType(InvalidDataException.class, () -> repository.update(record));

            assertNames(refusal, entity(), id(stored));
            assertThat(refusal.field()).isEqualTo(field);
        });
        assertThat(all()).containsExactly(stored);
    }

    @Test
    void aDeleteTakesOneRecordAndLeavesTheOthers() {
        R kept = create(1);
        R gone = create(2);

        repository.delete(id(gone));

        assertThat(repository.find(id(gone))).isEmpty();
        assertThat(all()).containsExactly(kept);
        assertThatThrownBy(() -> repository.delete(id(gone))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aListIsInOrderWhateverTheOrderOfWriting() {
        List<R> stored = createShuffled(50);

        assertThat(all()).isEqualTo(stored);
        assertThat(repository.list(10, 0)).isEqualTo(stored.subList(0, 10));
        assertThat(repository.list(10, 45)).isEqualTo(stored.subList(45, 50));
        assertThat(repository.list(10, 50)).isEmpty();
        assertThat(repository.list(1, Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void aListCannotBeChanged() {
        R stored = create(10);

        assertThatThrownBy(() -> repository.list(10, 0).add(stored)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> repository.createAll(newRecords(2)).clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> repository.list(PageRequest.first(1)).items().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 10_001, Integer.MAX_VALUE})
    void aLimitOutOfRangeIsRefused(int limit) {
        assertThatThrownBy(() -> repository.list(limit, 0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit is " + limit + "; it has to be 1 to 10,000");
        assertThatThrownBy(() -> PageRequest.first(limit)).isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLargestLimitIsAccepted() {
        assertThat(repository.list(PageRequest.MAX_LIMIT, 0)).isEmpty();
        assertThat(repository.list(PageRequest.first(PageRequest.MAX_LIMIT))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1})
    void aNegativeOffsetIsRefused(int offset) {
        assertThatThrownBy(() -> repository.list(1, offset))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("offset is " + offset);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 25, 50, 51})
    void thePagesTogetherAreTheList(int limit) {
        List<R> stored = createShuffled(50);

        assertThat(walk(limit, repository::list)).isEqualTo(stored);
    }

    @Test
    void theLastPageHasNoNext() {
        createShuffled(4);

        Page<R> first = repository.list(PageRequest.first(2));
        Page<R> second = repository.list(first.next().orElseThrow());

        assertThat(first.items()).hasSize(2);
        assertThat(second.items()).hasSize(2);
        assertThat(second.next()).isEmpty();
    }

    @Test
    void aCursorSurvivesItsWayThroughText() {
        List<R> stored = createShuffled(4);
        String text = repository
                .list(PageRequest.first(2))
                .next()
                .orElseThrow()
                .after()
                .value();

        assertThat(text).matches("[A-Za-z0-9_-]+");
        assertThat(repository.list(PageRequest.after(new Cursor(text), 10)).items())
                .isEqualTo(stored.subList(2, 4));
    }

    @Test
    void aCursorOfAnotherListIsRefused() {
        List<R> stored = createShuffled(3);
        PageRequest ofAll = repository.list(PageRequest.first(1)).next().orElseThrow();

        assertThatThrownBy(() -> otherList(stored.get(0), ofAll))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cursor belongs to the list");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "no base64!",
                "AAAA",
                "____",
                "%00",
                "' OR 1=1 --",
                "\uD800",
            })
    void aCursorThatNoPageGaveOutIsRefused(String text) {
        create(1);
        PageRequest request = PageRequest.after(new Cursor(text), 10);

        assertThatThrownBy(() -> repository.list(request))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cursor ");
    }

    @Test
    void aCursorThatWasTamperedWithIsRefusedOrOnlyMovesThePlace() {
        List<R> stored = createShuffled(6);
        String good = repository
                .list(PageRequest.first(2))
                .next()
                .orElseThrow()
                .after()
                .value();
        byte[] bytes = Base64.getUrlDecoder().decode(good);
        for (int i = 0; i < bytes.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = bytes.clone();
                flipped[i] ^= (byte) (1 << bit);
                Cursor cursor =
                        new Cursor(Base64.getUrlEncoder().withoutPadding().encodeToString(flipped));
                try {
                    assertThat(stored).containsAll(repository.list(PageRequest.after(cursor, 10)));
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageStartingWith("cursor ");
                }
            }
        }
    }

    @Test
    void rowsThatComeAndGoBetweenPagesMoveNoOthers() {
        List<R> stored = createShuffled(9);
        Page<R> first = repository.list(PageRequest.first(3));
        repository.delete(id(stored.get(0)));
        repository.delete(id(stored.get(2)));
        repository.delete(id(stored.get(5)));
        R last = repository.create(newRecord(1_000));

        List<R> rest = new ArrayList<>(first.items());
        rest.addAll(walkFrom(first.next().orElseThrow()));

        List<R> expected = new ArrayList<>(stored);
        expected.remove(5);
        expected.add(last);
        assertThat(rest).isEqualTo(expected);
    }

    private List<R> walkFrom(PageRequest from) {
        List<R> all = new ArrayList<>();
        PageRequest request = from;
        while (request != null) {
            Page<R> page = repository.list(request);
            all.addAll(page.items());
            request = page.next().orElse(null);
        }
        return all;
    }

    @Test
    void aTransactionOffersTheSame() {
        R record = newRecord(1);
        db.useTx(tx -> {
            Repository<I, R> inside = repository(tx);
            R created = inside.create(record);
            assertThat(inside.get(id(record))).isEqualTo(created);
            R updated = inside.update(changed(created));
            assertThat(inside.list(10, 0)).containsExactly(updated);
            assertThat(inside.list(PageRequest.first(10))).containsExactly(updated);
            inside.delete(id(record));
            assertThat(inside.find(id(record))).isEmpty();
            inside.createAll(newRecords(3));
        });

        assertThat(all()).hasSize(3);
    }

    static void assertNames(StorageException refusal, String entity, Id id) {
        assertThat(refusal).isNotNull();
        assertThat(refusal.entity()).isEqualTo(entity);
        assertThat(refusal.id()).isEqualTo(id.value());
        assertThat(refusal).hasMessageContaining(entity).hasMessageContaining(id.value());
    }
}
