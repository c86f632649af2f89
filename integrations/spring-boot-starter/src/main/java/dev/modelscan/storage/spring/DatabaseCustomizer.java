package dev.modelscan.storage.spring;

import dev.modelscan.storage.DatabaseBuilder;

/**
 * A bean of this type changes how the {@code Database} is opened, after the properties. Several are applied in the
 * order of their {@code @Order}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface DatabaseCustomizer {

    /** Sets options, such as the clock. */
    void customize(DatabaseBuilder builder);
}
