package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.queries.QueryParameter;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The values that a caller sets before a run of a stored query. The last one of a parameter counts. */
final class GivenValues {

    private final Map<String, Given<?>> all = new LinkedHashMap<>(8);
    private final String entity;

    GivenValues() {
        this("query");
    }

    /** @param entity what an error calls that which has the values */
    GivenValues(String entity) {
        this.entity = entity;
    }

    GivenValues copy() {
        GivenValues copy = new GivenValues(entity);
        copy.all.putAll(all);
        return copy;
    }

    private record Given<T>(
            Parameter<T> parameter, @Nullable T value) {

        void bind(Execution<?> execution) throws SQLException {
            execution.set(parameter, value);
        }
    }

    <T> void set(QueryParameter<T> parameter, @Nullable T value) {
        Objects.requireNonNull(parameter, "parameter");
        if (!(parameter instanceof Parameter<T> known)) {
            throw new IllegalArgumentException(
                    "a parameter that the library did not make; use StoredQueries.parameter");
        }
        String problem = value instanceof String text ? TextRules.problem(text) : null;
        if (problem != null) {
            throw new InvalidDataException(entity, null, known.name(), problem);
        }
        Given<?> before = all.put(known.name(), new Given<>(known, value));
        if (before != null && before.parameter() != known) {
            throw new IllegalArgumentException(
                    "two parameters are called " + known.name()
                            + ", and a query would give both the same value; give each a name of its own, and keep it in a constant");
        }
    }

    /** Binds those that the query has. */
    void bindKnown(Execution<?> execution) throws SQLException {
        for (Given<?> given : all.values()) {
            given.bind(execution);
        }
    }

    void bind(Execution<?> execution) throws SQLException {
        for (Given<?> given : all.values()) {
            String name = given.parameter().name();
            if (!execution.has(name)) {
                throw new IllegalArgumentException("this query has no parameter " + name);
            }
            given.bind(execution);
        }
        String unset = execution.unset();
        if (unset != null) {
            throw new IllegalArgumentException("parameter " + unset + " of this query was not set");
        }
    }
}
