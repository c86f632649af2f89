package dev.modelscan.storage.internal.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Run by the build: lists each engine's migrations in an index, which the library reads instead of scanning its class path. */
public final class MigrationIndex {

    private static final String FOLDER = "dev/modelscan/storage/migration";

    private MigrationIndex() {}

    /**
     * Writes the indexes.
     *
     * @param sql the folder with a folder of migrations for each engine
     * @param classes the folder that the library is packaged from
     * @throws IllegalStateException when an engine lacks a migration that another engine has; the message names the files to add
     */
    public static void write(Path sql, Path classes) throws IOException {
        Map<Path, Set<String>> engines = new TreeMap<>();
        for (Path folder : list(sql)) {
            if (folder.endsWith("search") || folder.endsWith("audit")) {
                // Holds no migrations.
                continue;
            }
            Set<String> scripts = new TreeSet<>();
            list(folder).forEach(script -> scripts.add(script.getFileName().toString()));
            engines.put(folder, scripts);
        }
        requireTwins(engines);
        for (Map.Entry<Path, Set<String>> engine : engines.entrySet()) {
            Path target = classes.resolve(FOLDER).resolve(engine.getKey().getFileName());
            Files.createDirectories(target);
            Files.writeString(target.resolve("index"), String.join("\n", engine.getValue()));
        }
    }

    private static void requireTwins(Map<Path, Set<String>> engines) {
        Set<String> all = new TreeSet<>();
        engines.values().forEach(all::addAll);
        List<String> missing = new ArrayList<>();
        engines.forEach((folder, scripts) -> all.stream()
                .filter(script -> !scripts.contains(script))
                .forEach(script -> missing.add(folder.resolve(script).toString())));
        if (!missing.isEmpty()) {
            throw new IllegalStateException("A migration has the same name on every engine. Add "
                    + String.join(", ", missing) + "; or rename the other engine's");
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }
}
