package dev.modelscan.storage.internal.query;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A query as one engine's SQL, with the parameter of each {@code ?}.
 *
 * @param sql the SQL, with {@link #SCHEMA} before each table if the engine has schemas
 * @param packed for each column its number among those that {@link PackedRow} reads from one value; below 0 if it is a
 *     value of its own: -1 the first of them. Empty if no column is packed
 * @param parameters the parameter's name for each {@code ?}, in order; a name may occur twice
 * @param places for each name the positions of its {@code ?}, from 0
 */
public record RenderedQuery(String sql, List<Integer> packed, List<String> parameters, Map<String, int[]> places) {

    RenderedQuery(String sql, List<Integer> packed, List<String> parameters) {
        this(sql, packed, parameters, places(parameters));
    }

    private static Map<String, int[]> places(List<String> parameters) {
        Map<String, int[]> places = new HashMap<>();
        for (String name : parameters) {
            places.computeIfAbsent(name, known -> IntStream.range(0, parameters.size())
                    .filter(place -> parameters.get(place).equals(known))
                    .toArray());
        }
        return places;
    }

    /** Placeholder for the schema. In a text or a quoted name it is no placeholder. */
    static final String SCHEMA = "{schema}";

    /** A text with a quote in it is found as two. */
    private static final Pattern QUOTED_OR_SCHEMA =
            Pattern.compile("\\b[eE]'(?:[^'\\\\]|\\\\.|'')*+'|'[^']*'|\"[^\"]*\"|\\{schema}", Pattern.DOTALL);

    /** Whether it writes. The rows that it returns are those of RETURNING then. */
    boolean isWrite() {
        return !sql.startsWith("select");
    }

    /** The SQL for tables of a schema, which is given as SQL; null if the engine has no schemas. */
    String sql(@Nullable String schema) {
        if (schema == null) {
            return sql;
        }
        return QUOTED_OR_SCHEMA
                .matcher(sql)
                .replaceAll(found -> Matcher.quoteReplacement(found.group().equals(SCHEMA) ? schema : found.group()));
    }

    /** The places follow from the parameters, and an array is equal to itself alone. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RenderedQuery query
                && sql.equals(query.sql)
                && packed.equals(query.packed)
                && parameters.equals(query.parameters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(sql, packed, parameters);
    }
}
