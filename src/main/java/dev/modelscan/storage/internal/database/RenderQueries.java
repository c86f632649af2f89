package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.engines.MigrationIndex;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.PackagedQueries;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Runs in the build after the compiler: renders every compiled query, so that programs need not do it, and lists the
 * migrations, and the tables for native images.
 */
public final class RenderQueries {

    private static final String CLASS = ".class";

    private static final String INTERNAL = "dev.modelscan.storage.internal.";

    /** The packages below {@code internal} whose classes have compiled queries. */
    static final List<String> PACKAGES = List.of("audit", "search", "repository");

    private RenderQueries() {}

    /** Takes the directory of the classes, which it writes into, and the directory of the migrations. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Path classes = Path.of(arguments[0]);
        MigrationIndex.write(Path.of(arguments[1]), classes);
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
        TableReflection.write(classes);
        loadAll();
        for (Engine engine : Engines.ALL) {
            PackagedQueries.write(classes, engine.dialect(), CompiledQuery.all());
        }
    }

    /**
     * Loads every class of {@link #PACKAGES}, which hold all compiled queries as constants. So {@link CompiledQuery#all} is
     * complete, and nobody has to list the classes.
     */
    static void loadAll() throws IOException, ClassNotFoundException {
        Class<?> own = RenderQueries.class;
        Path file = Path.of(URI.create(Objects.requireNonNull(own.getResource(own.getSimpleName() + CLASS))
                .toString()));
        for (String name : PACKAGES) {
            List<String> types;
            try (Stream<Path> files = Files.list(file.resolveSibling("../" + name))) {
                types = files.map(path -> String.valueOf(path.getFileName()))
                        .filter(type -> type.endsWith(CLASS) && !type.startsWith("package-info"))
                        .map(type -> type.substring(0, type.length() - CLASS.length()))
                        .sorted()
                        .toList();
            }
            for (String type : types) {
                Class.forName(INTERNAL + name + "." + type, true, own.getClassLoader());
            }
        }
    }
}
