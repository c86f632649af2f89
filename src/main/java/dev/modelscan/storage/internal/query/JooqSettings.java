package dev.modelscan.storage.internal.query;

import org.jooq.conf.FetchTriggerValuesAfterReturning;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.RenderNameCase;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;

/** How jOOQ renders, for compiled queries and for {@code dsl()} alike. */
public final class JooqSettings {

    static {
        QuietJooq.start();
    }

    private JooqSettings() {}

    /** A copy that the caller may change. */
    public static Settings create() {
        return new Settings()
                // A schema that a caller names is his own; generated tables have none.
                .withRenderSchema(true)
                // Generated names are plain lower case; quotes would only clutter logs and plans.
                .withRenderQuotedNames(RenderQuotedNames.NEVER)
                .withRenderNameCase(RenderNameCase.AS_IS)
                // jOOQ would fetch an inserted row by its rowid, in case a trigger changed it; none of ours does.
                .withFetchTriggerValuesAfterReturning(FetchTriggerValuesAfterReturning.NEVER);
    }

    /**
     * With every table that has no schema in that one, which is given as it stands in SQL. Not for {@code dsl()}: jOOQ takes the
     * name of a common table expression for such a table.
     */
    public static Settings in(String schema) {
        return create().withRenderMapping(new RenderMapping()
                .withSchemata(new MappedSchema().withInput("").withOutput(schema)));
    }
}
