package dev.modelscan.storage.internal.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query as one engine's SQL, and which parameter stands at each {@code ?}.
 *
 * @param sql the text, with {@link #SCHEMA} in front of each table if the engine has schemas
 * @param packed how many columns a row holds in the one value of {@link PackedRow}; 0 where each is a value of its own
 * @param parameters the name of the parameter at each {@code ?}, in order; one that occurs twice stands here twice
 */
public record RenderedQuery(String sql, int packed, List<String> parameters) {

    /** What stands in front of a table's name until the schema is known; nothing else in a query looks like it. */
    static final String SCHEMA = "{schema}";

    /** The text for tables of a schema, given as it stands in SQL; null if the engine knows none. */
    String sql(@Nullable String schema) {
        return schema == null ? sql : sql.replace(SCHEMA, schema);
    }
}
