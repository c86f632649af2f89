package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the repository of sources does. */
abstract class SourceRepositoryContract extends RepositoryContract<SourceId, Source> {

    @Override
    String entity() {
        return "source";
    }

    @Override
    Repository<SourceId, Source> repository(Repositories repositories) {
        return repositories.sources();
    }

    @Override
    SourceId newId() {
        return SourceId.next();
    }

    @Override
    Source newRecord(int number, SourceId id, Instant createdAt) {
        return source().id(id)
                .name("session " + number)
                .sha256(String.format("%064x", number))
                .bytes(1_000L * number)
                .metadata(Map.of("number", number))
                .importedAt(createdAt)
                .build();
    }

    @Override
    Source changed(Source record) {
        return record.toBuilder()
                .format("atif")
                .name("moved.json")
                .sha256(null)
                .bytes(null)
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    Source withId(Source record, SourceId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    SourceId id(Source record) {
        return record.id();
    }

    @Override
    long version(Source record) {
        return record.version();
    }

    @Override
    Instant createdAt(Source record) {
        return record.importedAt();
    }

    @Override
    Instant updatedAt(Source record) {
        return record.updatedAt();
    }

    @Override
    Comparator<Source> order() {
        return Comparator.comparing(Source::importedAt)
                .thenComparing(record -> record.id().value());
    }

    @Override
    Map<String, Source> withMissingReference(Source record) {
        return Map.of();
    }

    @Override
    Map<String, Source> withFixedFieldChanged(Source record) {
        Instant other = record.importedAt().plusSeconds(1);
        return Map.of("importedAt", record.toBuilder().importedAt(other).build());
    }

    @Override
    Page<Source> otherList(Source record, PageRequest request) {
        return db.sources().listByFormat("claude-code", request);
    }

    @Test
    void theLastImportOfTheSameBytesIsFound() {
        String sha256 = "0123456789abcdef".repeat(4);
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        db.sources().create(source().sha256(sha256).importedAt(noon).build());
        Source last = db.sources()
                .create(source().sha256(sha256).importedAt(noon.plusSeconds(1)).build());
        db.sources().create(source().importedAt(noon.plusSeconds(2)).build());

        assertThat(db.sources().findBySha256(sha256)).contains(last);
        assertThat(db.sources().findBySha256("0".repeat(64))).isEmpty();
        assertThat(db.sources().findBySha256("a\0")).isEmpty();
    }

    @Test
    void sourcesAreListedByTheirForm() {
        List<Source> stored = createShuffled(10);
        db.sources().create(source().format("atif").build());

        assertThat(walk(3, request -> db.sources().listByFormat("claude-code", request)))
                .isEqualTo(stored);
        assertThat(walk(3, request -> db.sources().listByFormat("atif", request)))
                .hasSize(1);
        assertThat(db.sources().listByFormat("a\0", PageRequest.first(1)).items())
                .isEmpty();
    }

    @Test
    void aNameHasUpToFourThousandCharacters() {
        String longest = "\ud83d\ude00".repeat(4_096);
        Source stored = db.sources().create(source().name(longest).build());

        assertThat(db.sources().get(stored.id()).name()).isEqualTo(longest);
        for (String name : List.of("", " ", longest + "x")) {
            InvalidDataException refusal = catchThrowableOfType(
                    InvalidDataException.class, () -> source().name(name).build());
            assertThat(refusal.field()).isEqualTo("name");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123", "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"})
    void whatIsNoSha256IsRefused(String sha256) {
        InvalidDataException refusal = catchThrowableOfType(
                InvalidDataException.class, () -> source().sha256(sha256).build());

        assertThat(refusal.field()).isEqualTo("sha256");
    }
}
