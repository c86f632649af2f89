package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.internal.migrate.PackagedMigrations.Packaged;
import java.io.Reader;
import java.io.StringReader;
import java.util.Collection;
import java.util.List;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/** Gives Flyway the migrations that were compared with the history, so that it runs these and no others. */
final class PackagedResources implements ResourceProvider {

    private final PackagedMigrations packaged;

    PackagedResources(PackagedMigrations packaged) {
        this.packaged = packaged;
    }

    /** Flyway asks for a settings file beside each script, of which there are none. */
    @Override
    public @Nullable LoadableResource getResource(String name) {
        return packaged.migrations().stream()
                .filter(migration -> migration.script().equals(name))
                .findFirst()
                .map(Script::new)
                .orElse(null);
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        List<String> ends = List.of(suffixes);
        return packaged.migrations().stream()
                .filter(migration ->
                        migration.script().startsWith(prefix) && ends.stream().anyMatch(migration.script()::endsWith))
                .map(migration -> (LoadableResource) new Script(migration))
                .toList();
    }

    private static final class Script extends LoadableResource {

        private final Packaged migration;

        Script(Packaged migration) {
            this.migration = migration;
        }

        @Override
        public Reader read() {
            return new StringReader(migration.sql());
        }

        @Override
        public String getAbsolutePath() {
            return migration.script();
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return migration.script();
        }

        @Override
        public String getFilename() {
            return migration.script();
        }

        @Override
        public String getRelativePath() {
            return migration.script();
        }
    }
}
