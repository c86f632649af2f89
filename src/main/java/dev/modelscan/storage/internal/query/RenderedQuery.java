package dev.modelscan.storage.internal.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query as one engine's SQL, with the parameter of each {@code ?}.
 *
 * @param sql the SQL, with {@link #SCHEMA} before each table if the engine has schemas
 * @param packed how many columns are packed into the value that {@link PackedRow} reads; 0 if none
 * @param parameters the parameter's name for each {@code ?}, in order; a name may occur twice
 */
public record RenderedQuery(String sql, int packed, List<String> parameters) {

    /** Placeholder for the schema. Nothing else in a query looks like it. */
    static final String SCHEMA = "{schema}";

    /** The SQL for tables of a schema, which is given as SQL; null if the engine has no schemas. */
    String sql(@Nullable String schema) {
        return schema == null ? sql : sql.replace(SCHEMA, schema);
    }
}
