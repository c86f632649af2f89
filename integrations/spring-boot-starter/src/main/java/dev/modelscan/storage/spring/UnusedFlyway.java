package dev.modelscan.storage.spring;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;

/**
 * Boot 3 runs Flyway in each application that has it on the class path, and this library brings it. An application
 * without migrations for Boot's Flyway would get a history table, or fail to start if it has tables already. So
 * Boot's Flyway is off there, unless the application says otherwise. Boot 4 has a module for it, which nothing
 * brings by the way.
 */
final class UnusedFlyway implements EnvironmentPostProcessor {

    private static final String BOOT_3 = "org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        ClassLoader loader = application.getClassLoader();
        if (ClassUtils.isPresent(BOOT_3, loader)
                && !environment.containsProperty("spring.flyway.locations")
                && loader.getResource("db/migration") == null) {
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource("modelscanStorage", Map.of("spring.flyway.enabled", "false")));
        }
    }
}
