package dev.modelscan.storage.support;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** The library's own migrations up to an older version, for tests that start from there. */
public final class OlderSchema {

    private OlderSchema() {}

    /** Not migrated yet, so that settings can be added. */
    public static FluentConfiguration of(String engine, String url, int version) {
        return Flyway.configure()
                .dataSource(url, null, null)
                .locations("classpath:dev/modelscan/storage/migration/" + engine)
                .table("modelscan_schema_history")
                .target(String.valueOf(version));
    }
}
