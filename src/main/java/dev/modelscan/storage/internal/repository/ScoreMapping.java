package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.SCORES;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.values.Decimals;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.scores.ScoreId;
import dev.modelscan.storage.tasks.TaskId;
import java.sql.SQLException;
import java.time.Instant;

/** The columns of {@link Score}. */
final class ScoreMapping {

    static final Columns<Score> COLUMNS = new Columns<>("score");
    static final Column<Score, ScoreId> ID =
            COLUMNS.add("id", Codec.text(Formats.SCORE_ID), () -> SCORES.ID, Score::id);
    static final Column<Score, TaskId> TASK_ID =
            COLUMNS.add("taskId", Codec.text(Formats.TASK_ID), () -> SCORES.TASK_ID, Score::taskId);
    static final Column<Score, String> NAME = COLUMNS.add("name", Codec.TEXT, () -> SCORES.NAME, Score::name);
    static final Column<Score, Long> VALUE_NANOS =
            COLUMNS.add("valueNanos", Codec.LONG, () -> SCORES.VALUE_NANOS, record -> Decimals.toNanos(record.value()));
    static final Column<Score, String> SOURCE = COLUMNS.add("source", Codec.TEXT, () -> SCORES.SOURCE, Score::source);
    static final Column<Score, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> SCORES.METADATA, Score::metadata);
    static final Column<Score, Long> VERSION = COLUMNS.add("version", Codec.LONG, () -> SCORES.VERSION, Score::version);
    static final Column<Score, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> SCORES.CREATED_AT, Score::createdAt);
    static final Column<Score, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> SCORES.UPDATED_AT, Score::updatedAt);
    static final Mapping<ScoreId, Score> MAPPING = new Mapping<>(
                    "score", () -> SCORES, COLUMNS, ScoreMapping::map, ID, VERSION, CREATED_AT, UPDATED_AT)
            .references("task", TASK_ID, () -> TASKS.ID)
            .listedBy(CREATED_AT, ID);

    private ScoreMapping() {}

    static Score map(Row row) throws SQLException {
        return new Score(
                /* id= */ row.get(ID),
                /* taskId= */ row.get(TASK_ID),
                /* name= */ row.get(NAME),
                /* value= */ Decimals.ofNanos(row.get(VALUE_NANOS)),
                /* source= */ row.find(SOURCE),
                /* metadata= */ row.get(METADATA),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
