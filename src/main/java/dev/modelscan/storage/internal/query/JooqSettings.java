package dev.modelscan.storage.internal.query;

import org.jooq.conf.FetchTriggerValuesAfterReturning;
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
                // Generated names are plain lower case; quotes would only clutter logs and plans.
                .withRenderSchema(false)
                .withRenderQuotedNames(RenderQuotedNames.NEVER)
                .withRenderNameCase(RenderNameCase.AS_IS)
                // jOOQ would fetch an inserted row by its rowid, in case a trigger changed it; none of ours does.
                .withFetchTriggerValuesAfterReturning(FetchTriggerValuesAfterReturning.NEVER);
    }
}
