package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Id;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.values.TextRules;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Checks values against the limits of the database. */
final class ValueLimits {

    private static final int MOST_BYTES_PER_CHAR = 3;

    private ValueLimits() {}

    static void check(DatabaseOptions options, String entity, Id id, Column<?, ?> column, @Nullable Object value) {
        if (value instanceof Json json) {
            if (json.depth() > options.maxJsonDepth()) {
                throw invalid(
                        entity,
                        id,
                        column.name(),
                        "is nested " + json.depth() + " levels deep; the most is " + options.maxJsonDepth()
                                + " (maxJsonDepth)");
            }
            checkBytes(options, entity, id, column.name(), json.toString());
        } else if (value instanceof String text) {
            checkBytes(options, entity, id, column.name(), text);
        } else if (value instanceof Collection<?> items && !items.isEmpty()) {
            checkBytes(options, entity, id, column.name(), Json.of(items).toString());
        }
    }

    /** Checks text that is not part of a record. */
    static void checkText(DatabaseOptions options, String entity, Id id, String field, String text) {
        String problem = TextRules.problem(text);
        if (problem != null) {
            throw invalid(entity, id, field, problem);
        }
        checkBytes(options, entity, id, field, text);
    }

    private static void checkBytes(DatabaseOptions options, String entity, Id id, String field, String text) {
        int most = options.maxValueBytes();
        if ((long) text.length() * MOST_BYTES_PER_CHAR <= most) {
            return;
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > most) {
            throw invalid(entity, id, field, "has " + bytes + " bytes; the most is " + most + " (maxValueBytes)");
        }
    }

    private static InvalidDataException invalid(String entity, Id id, String field, String reason) {
        return new InvalidDataException(entity, id.value(), field, reason);
    }
}
