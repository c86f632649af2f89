package dev.modelscan.storage.spring;

import dev.modelscan.storage.Database;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** The health of the database, by the classes of Boot 3. */
@AutoConfiguration(after = StorageAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnSingleCandidate(Database.class)
@ConditionalOnEnabledHealthIndicator("modelscan-storage")
class Boot3HealthAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "modelscanStorageHealthIndicator")
    HealthIndicator modelscanStorageHealthIndicator(Database db) {
        return new DatabaseHealth(db);
    }

    private static final class DatabaseHealth extends AbstractHealthIndicator {

        private final Database db;

        DatabaseHealth(Database db) {
            super("the database cannot be checked");
            this.db = db;
        }

        @Override
        protected void doHealthCheck(Health.Builder builder) {
            dev.modelscan.storage.Health health = db.healthCheck();
            if (health.isHealthy()) {
                builder.up();
            } else {
                builder.down().withDetail("problems", health.problems());
            }
            builder.withDetail("schemaVersion", db.schemaVersion());
            if (!health.notes().isEmpty()) {
                builder.withDetail("notes", health.notes());
            }
        }
    }
}
