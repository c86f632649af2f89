package dev.modelscan.storage.internal.query;

import org.jooq.conf.FetchTriggerValuesAfterReturning;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.RenderNameCase;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;

/** How jOOQ renders compiled queries and {@code dsl()}. */
public final class JooqSettings {

    static {
        QuietJooq.start();
    }

    private JooqSettings() {}

    /** A copy that the caller may change. */
    public static Settings create() {
        return new Settings()
                // A schema that a caller names is his own. Generated tables have none.
                .withRenderSchema(true)
                // Generated names are plain lower case. Quotes would make logs and plans harder to read.
                .withRenderQuotedNames(RenderQuotedNames.NEVER)
                .withRenderNameCase(RenderNameCase.AS_IS)
                // Otherwise jOOQ reads an inserted row again by its rowid, in case a trigger changed it. None
                // of ours does.
                .withFetchTriggerValuesAfterReturning(FetchTriggerValuesAfterReturning.NEVER);
    }

    /**
     * Qualifies every table that has no schema with this one, which is given as SQL. Not for {@code dsl()}:
     * jOOQ would also qualify the name of a common table expression.
     */
    public static Settings in(String schema) {
        return create().withRenderMapping(new RenderMapping()
                .withSchemata(new MappedSchema().withInput("").withOutput(schema)));
    }
}
