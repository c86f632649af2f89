package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.scores.ScoreId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the repository of scores does. */
abstract class ScoreRepositoryContract extends RepositoryContract<ScoreId, Score> {

    private Task task;

    @Override
    void prepare() {
        task = db.tasks().create(task().build());
    }

    @Override
    String entity() {
        return "score";
    }

    @Override
    Repository<ScoreId, Score> repository(Repositories repositories) {
        return repositories.scores();
    }

    @Override
    ScoreId newId() {
        return ScoreId.next();
    }

    @Override
    Score newRecord(int number, ScoreId id, Instant createdAt) {
        return score(task)
                .id(id)
                .value(BigDecimal.valueOf(number, 2))
                .source("grader")
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    Score changed(Score record) {
        return record.toBuilder()
                .name("accuracy")
                .value(new BigDecimal("-0.5"))
                .source(null)
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    Score withId(Score record, ScoreId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    ScoreId id(Score record) {
        return record.id();
    }

    @Override
    long version(Score record) {
        return record.version();
    }

    @Override
    Instant createdAt(Score record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(Score record) {
        return record.updatedAt();
    }

    @Override
    Comparator<Score> order() {
        return Comparator.comparing(Score::createdAt)
                .thenComparing(record -> record.id().value());
    }

    @Override
    Map<String, Score> withMissingReference(Score record) {
        return Map.of("taskId", record.toBuilder().taskId(new TaskId("missing")).build());
    }

    @Override
    Map<String, Score> withFixedFieldChanged(Score record) {
        Instant other = record.createdAt().plusSeconds(1);
        return Map.of("createdAt", record.toBuilder().createdAt(other).build());
    }

    @Override
    Page<Score> otherList(Score record, PageRequest request) {
        return db.scores().listByTask(task.id(), request);
    }

    @Test
    void scoresAreListedByTaskAndByName() {
        List<Score> stored = createShuffled(10);
        db.scores().create(score(db.tasks().create(task().build())).name("50%").build());

        assertThat(walk(3, request -> db.scores().listByTask(task.id(), request)))
                .isEqualTo(stored);
        assertThat(walk(3, request -> db.scores().listByName("reward", request)))
                .isEqualTo(stored);
        assertThat(walk(3, request -> db.scores().listByName("50%", request))).hasSize(1);
        assertThat(db.scores().listByName("a\0", PageRequest.first(1)).items()).isEmpty();
    }
}
