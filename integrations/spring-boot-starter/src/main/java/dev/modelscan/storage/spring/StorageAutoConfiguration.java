package dev.modelscan.storage.spring;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.metrics.MicrometerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/**
 * A {@link Database} by the properties {@code modelscan.storage}, unless the application defines one. It is
 * closed before the {@code DataSource}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"
        })
@ConditionalOnProperty(name = "modelscan.storage.enabled", matchIfMissing = true)
@EnableConfigurationProperties(StorageProperties.class)
public class StorageAutoConfiguration {

    /** The open database. It is migrated after the application's own Flyway, Liquibase or schema.sql. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    public Database modelscanStorage(
            StorageProperties properties,
            ObjectProvider<DataSource> dataSources,
            ObjectProvider<DatabaseCustomizer> customizers) {
        DatabaseBuilder builder = Database.builder();
        locate(builder, properties, dataSources);
        if (joins(properties)) {
            builder.joinTransactions(new SpringTransactions(dataSource(dataSources, "join-transactions")));
        }
        set(builder::workspace, properties.workspace());
        properties.migrations().forEach(builder::migrations);
        if (properties.validateOnly()) {
            builder.validateOnly();
        }
        if (properties.readOnly()) {
            builder.readOnly();
        }
        limit(builder, properties);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.open();
    }

    /** Meters in the application's registry, if it has Micrometer and one registry, or a primary one. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Metrics {

        @Bean
        @ConditionalOnMissingBean(name = "modelscanStorageMetrics")
        DatabaseCustomizer modelscanStorageMetrics(ObjectProvider<MeterRegistry> registries) {
            return builder -> registries.ifUnique(registry -> builder.listener(new MicrometerMetrics(registry)));
        }
    }

    /** What is contradictory is left to the builder, which says so. */
    private static void locate(
            DatabaseBuilder builder, StorageProperties properties, ObjectProvider<DataSource> dataSources) {
        set(builder::path, properties.path());
        set(builder::url, properties.url());
        set(builder::readUrl, properties.readUrl());
        set(builder::user, properties.user());
        set(builder::password, properties.password());
        if (properties.inMemory()) {
            builder.inMemory();
        }
        if (usesDataSource(properties)) {
            builder.dataSource(dataSource(dataSources, "a location"));
        }
    }

    private static boolean usesDataSource(StorageProperties properties) {
        return !properties.inMemory()
                && Stream.of(properties.path(), properties.url()).allMatch(Objects::isNull);
    }

    private static boolean joins(StorageProperties properties) {
        return properties.joinTransactions() == null
                ? usesDataSource(properties) && !properties.readOnly()
                : properties.joinTransactions();
    }

    private static DataSource dataSource(ObjectProvider<DataSource> dataSources, String what) {
        DataSource dataSource = dataSources.getIfUnique();
        if (dataSource == null) {
            throw new IllegalStateException("modelscan.storage needs " + what
                    + ": there is no DataSource, or there are several and none is @Primary; set"
                    + " modelscan.storage.path or modelscan.storage.url, or define one DataSource");
        }
        return dataSource;
    }

    private static void limit(DatabaseBuilder builder, StorageProperties properties) {
        set(builder::poolSize, properties.poolSize());
        set(builder::readers, properties.readers());
        set(builder::busyTimeout, properties.busyTimeout());
        set(builder::connectTimeout, properties.connectTimeout());
        set(builder::queryTimeout, properties.queryTimeout());
        set(builder::durability, properties.durability());
        set(builder::isolation, properties.isolation());
        set(builder::maxJsonDepth, properties.maxJsonDepth());
        DataSize size = properties.maxValueSize();
        set(
                builder::maxValueBytes,
                size == null ? null : (int) Math.max(0, Math.min(size.toBytes(), Integer.MAX_VALUE)));
        DataSize cache = properties.cacheSize();
        set(builder::cacheSize, cache == null ? null : cache.toBytes());
        set(builder::keepDeleted, properties.keepDeleted());
        set(builder::slowOperations, properties.slowOperations());
    }

    private static <T> void set(Consumer<T> option, T value) {
        if (value != null) {
            option.accept(value);
        }
    }
}
