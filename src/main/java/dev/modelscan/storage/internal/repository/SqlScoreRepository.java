package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.ScoreColumns.CREATED_AT;
import static dev.modelscan.storage.internal.repository.ScoreColumns.ID;
import static dev.modelscan.storage.internal.repository.ScoreColumns.NAME;
import static dev.modelscan.storage.internal.repository.ScoreColumns.TASK_ID;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.scores.ScoreId;
import dev.modelscan.storage.scores.ScoreRepository;
import dev.modelscan.storage.tasks.TaskId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

final class SqlScoreRepository extends SqlRepository<ScoreId, Score> implements ScoreRepository {

    static final Mapping<ScoreId, Score> MAPPING = ScoreColumns.mapping();

    private static final PagedQuery<Score> BY_TASK = listBy("score.byTask", TASK_ID);
    private static final PagedQuery<Score> BY_NAME = listBy("score.byName", NAME);

    SqlScoreRepository(Sessions sessions) {
        super(sessions, MAPPING);
    }

    private static <T> PagedQuery<Score> listBy(String name, Column<Score, T> column) {
        return new PagedQuery<>(
                name,
                MAPPING,
                column::isParameter,
                List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));
    }

    @Override
    public Page<Score> listByTask(TaskId taskId, PageRequest request) {
        Objects.requireNonNull(taskId, "taskId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_TASK, request, execution -> execution.set(TASK_ID.parameter(), taskId));
    }

    @Override
    public Page<Score> listByName(String name, PageRequest request) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(request, "request");
        return TextRules.isStorable(name)
                ? fetch(BY_NAME, request, execution -> execution.set(NAME.parameter(), name))
                : new Page<>(List.of(), Optional.empty());
    }
}
