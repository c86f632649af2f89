package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.schema.DefaultSchema;
import java.util.Map;
import java.util.stream.Collectors;
import org.jooq.Name;
import org.jooq.QueryPart;
import org.jooq.Table;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.DSL;

/**
 * Renders the library's tables with their schema, and leaves all other names alone. jOOQ's own mapping would also
 * qualify the name of a common table expression.
 */
final class SchemaNames implements VisitListener {

    private static final Map<Class<?>, String> TABLES = DefaultSchema.DEFAULT_SCHEMA.getTables().stream()
            .collect(Collectors.toUnmodifiableMap(Object::getClass, Table::getName));

    private final String schema;

    /** Takes the schema as SQL. */
    SchemaNames(String schema) {
        this.schema = schema;
    }

    /** Replaces the name and not the table, in whose place jOOQ renders the joins of its paths. */
    @Override
    public void visitStart(VisitContext context) {
        if (context.renderContext() != null && context.queryPart() instanceof Name name) {
            QueryPart[] parts = context.queryParts();
            QueryPart owner = parts.length < 2 ? name : parts[parts.length - 2];
            if (name.last() != null && name.last().equals(TABLES.get(owner.getClass()))) {
                context.queryPart(DSL.sql(schema + "." + name.last()));
            }
        }
    }
}
