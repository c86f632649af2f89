package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.engines.MigrationIndex;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.PackagedQueries;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
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
     * Loads every class of this package, which holds all compiled queries as constants. So
     * {@link CompiledQuery#all} is complete, and nobody has to list the classes.
     */
    static void loadAll() throws IOException, ClassNotFoundException {
        Class<?> own = RenderQueries.class;
        URL file = Objects.requireNonNull(own.getResource(own.getSimpleName() + CLASS));
        List<String> names;
        try (Stream<Path> files = Files.list(
                Objects.requireNonNull(Path.of(URI.create(file.toString())).getParent()))) {
            names = files.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.endsWith(CLASS) && !name.startsWith("package-info"))
                    .sorted()
                    .toList();
        }
        for (String name : names) {
            String type = name.substring(0, name.length() - CLASS.length());
            Class.forName(own.getPackageName() + "." + type, true, own.getClassLoader());
        }
    }
}
