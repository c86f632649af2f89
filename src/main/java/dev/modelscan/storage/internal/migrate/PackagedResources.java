package dev.modelscan.storage.internal.migrate;

import java.io.Reader;
import java.io.StringReader;
import java.util.Collection;
import java.util.List;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/** Gives Flyway the migrations that were compared with the history, so that it runs these and no others. */
final class PackagedResources implements ResourceProvider {

    private static final String SETTINGS_FILE = ".conf";

    private final PackagedMigrations packaged;

    PackagedResources(PackagedMigrations packaged) {
        this.packaged = packaged;
    }

    /**
     * Flyway asks for a settings file beside each script. Without one, it would run some statements outside of the
     * transaction, in which they fail, and its own next statement would hide why.
     */
    @Override
    public @Nullable LoadableResource getResource(String name) {
        boolean settings = name.endsWith(SETTINGS_FILE);
        String script = settings ? name.substring(0, name.length() - SETTINGS_FILE.length()) : name;
        return packaged.migrations().stream()
                .filter(migration -> migration.script().equals(script))
                .findFirst()
                .map(migration -> new Script(name, settings ? "executeInTransaction=true" : migration.sql()))
                .orElse(null);
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        List<String> ends = List.of(suffixes);
        return packaged.migrations().stream()
                .filter(migration ->
                        migration.script().startsWith(prefix) && ends.stream().anyMatch(migration.script()::endsWith))
                .map(migration -> (LoadableResource) new Script(migration.script(), migration.sql()))
                .toList();
    }

    private static final class Script extends LoadableResource {

        private final String name;
        private final String text;

        Script(String name, String text) {
            this.name = name;
            this.text = text;
        }

        @Override
        public Reader read() {
            return new StringReader(text);
        }

        @Override
        public String getAbsolutePath() {
            return name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return name;
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }
}
