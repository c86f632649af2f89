package dev.modelscan.storage.internal.query;

import static dev.modelscan.storage.schema.Tables.TASKS;

import java.util.List;
import java.util.stream.Stream;
import org.jooq.Field;

/** The columns of a record's origin, which have the same names in every table. */
public final class OriginNames {

    /** All of them, in the order of the tables; the form of the source is the first. */
    public static final List<String> ALL = Stream.of(
                    TASKS.SOURCE_FORMAT,
                    TASKS.SOURCE_ID,
                    TASKS.SOURCE_RECORD,
                    TASKS.SOURCE_LINE,
                    TASKS.SOURCE_OFFSET,
                    TASKS.EXTERNAL_ID)
            .map(Field::getName)
            .toList();

    private OriginNames() {}
}
