package dev.modelscan.storage.codegen;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.Constants;
import org.jooq.DSLContext;
import org.jooq.meta.TableDefinition;
import org.jooq.meta.sqlite.SQLiteDatabase;
import org.jspecify.annotations.Nullable;

/**
 * A source for jOOQ's code generator, which makes typed tables of the library's tables and of the
 * application's. It needs no database: it migrates a scratch SQLite file with the library's migrations, then
 * with the application's, and is what {@code <database><name>} of {@code jooq-codegen-maven}, or of jOOQ's
 * Gradle plugin, names.
 *
 * <p>Columns get the library's types: each that refers to a column of the library's, or is called like one,
 * as {@code task_id}, has its type; text columns {@code *_at} are {@link java.time.Instant}s; {@code metadata},
 * {@code input} and {@code output} are {@link dev.modelscan.storage.Json}. The build's own forced types come
 * first.
 *
 * <p>Properties:
 *
 * <ul>
 *   <li>{@code migrations}: the folders of the application's migrations, in order, separated by commas. A
 *       folder is relative to the project, or {@code classpath:<folder>}; in it is a folder {@code sqlite}, or
 *       the migrations themselves
 *   <li>{@code tables}: {@code all}, the default, or {@code own} for the application's alone. A foreign key to
 *       a table that is not generated is left out, and with it its path
 * </ul>
 *
 * <p>With {@link SchemaVersion} as the {@code <schemaVersionProvider>}, code is generated only after a change.
 *
 * @since 0.1.0
 */
public final class StorageDatabase extends SQLiteDatabase {

    private @Nullable Path directory;
    private @Nullable Connection scratch;

    /** Called by jOOQ. */
    public StorageDatabase() {}

    /** A digest of the tables and of how they are generated. */
    String version() {
        return new ScratchSchema(create())
                .version(Stream.of(
                        getConfiguredForcedTypes().toString(),
                        Arrays.toString(getIncludes()),
                        Arrays.toString(getExcludes()),
                        property("tables", "all"),
                        Constants.FULL_VERSION));
    }

    @Override
    protected List<TableDefinition> getTables0() throws SQLException {
        ScratchSchema schema = new ScratchSchema(create());
        boolean own = property("tables", "all").equals("own");
        addFilter(definition -> definition instanceof TableDefinition
                && (schema.isInternal(definition.getName()) || (own && schema.isLibrarys(definition.getName()))));
        return super.getTables0();
    }

    /**
     * Called by jOOQ before each of its queries. Migrates before the first.
     *
     * @throws StorageException if a migration cannot be applied; names its file
     */
    @Override
    protected DSLContext create0() {
        if (scratch == null) {
            scratch = migrated();
            setConnection(scratch);
            ScratchSchema schema = new ScratchSchema(super.create0());
            schema.requireReadable();
            // A list that keeps itself sorted by priority.
            getConfiguredForcedTypes().addAll(schema.types());
        }
        return super.create0();
    }

    private Connection migrated() {
        try {
            directory = Files.createTempDirectory(
                    "modelscan-codegen-" + ProcessHandle.current().pid() + "-");
            Path file = directory.resolve("scratch.db");
            DatabaseBuilder builder = Database.builder().path(file);
            int number = 0;
            for (String folder : folders()) {
                builder.migrations("set" + ++number, folder);
            }
            builder.open().close();
            return DriverManager.getConnection("jdbc:sqlite:" + file);
        } catch (IOException e) {
            throw new UncheckedIOException("the scratch database cannot be made", e);
        } catch (SQLException e) {
            throw new SchemaException("the scratch database cannot be opened: " + e.getMessage(), e);
        }
    }

    private List<String> folders() {
        return Stream.of(property("migrations", "").split(","))
                .map(String::strip)
                .filter(folder -> !folder.isEmpty())
                .map(folder -> folder.startsWith("classpath:") ? folder : "filesystem:" + inProject(folder))
                .toList();
    }

    private Path inProject(String folder) {
        Path path = Path.of(folder.startsWith("filesystem:") ? folder.substring("filesystem:".length()) : folder);
        String base = getBasedir();
        return base == null
                ? path.toAbsolutePath()
                : Path.of(base).toAbsolutePath().resolve(path);
    }

    private String property(String name, String otherwise) {
        return String.valueOf(getProperties().getProperty(name, otherwise)).strip();
    }

    /** Deletes the scratch file. */
    @Override
    public void close() {
        super.close();
        try {
            if (scratch != null) {
                scratch.close();
            }
            if (directory != null) {
                try (Stream<Path> files = Files.list(directory)) {
                    files.map(Path::toFile).forEach(File::delete);
                }
                Files.deleteIfExists(directory);
            }
        } catch (SQLException | IOException | UncheckedIOException e) {
            throw new SchemaException("the scratch database cannot be deleted: " + e.getMessage(), e);
        }
        scratch = null;
        directory = null;
    }
}
