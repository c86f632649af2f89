package dev.modelscan.storage.internal.query;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of compiled queries as rendered by the build. One line per query, separated by tabs: key, what
 * {@link RenderedQuery#packed} says, names of parameters, SQL.
 */
public final class PackagedQueries {

    private static final String FOLDER = "dev/modelscan/storage/queries/";

    /** The line of each query by its key, for each dialect. A short program uses few of them, so each is parsed when it is. */
    private static final Map<String, Map<String, String>> LOADED = new ConcurrentHashMap<>(2);

    private PackagedQueries() {}

    /** A query by its key; null if the build has not rendered it. */
    static @Nullable RenderedQuery find(Dialect dialect, String key) {
        String line =
                LOADED.computeIfAbsent(dialect.name(), PackagedQueries::load).get(key);
        if (line == null) {
            return null;
        }
        String[] parts = line.split("\t", 4);
        List<Integer> packed = list(parts[1]).stream().map(Integer::valueOf).toList();
        return new RenderedQuery(parts[3], packed, list(parts[2]));
    }

    private static List<String> list(String joined) {
        return joined.isEmpty() ? List.of() : List.of(joined.split(",", -1));
    }

    /** Empty until the build has rendered the queries. Until then each query is rendered at first use. */
    private static Map<String, String> load(String dialect) {
        InputStream stream = PackagedQueries.class.getClassLoader().getResourceAsStream(FOLDER + dialect);
        if (stream == null) {
            return Map.of();
        }
        Map<String, String> queries = new HashMap<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                queries.put(line.substring(0, line.indexOf('\t')), line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the library's queries cannot be read from the class path", e);
        }
        return queries;
    }

    /** Renders queries and writes them to {@code classes}, from where the library loads them. */
    public static void write(Path classes, Dialect dialect, List<CompiledQuery<?>> queries) throws IOException {
        Map<String, String> lines = new TreeMap<>();
        for (CompiledQuery<?> query : queries) {
            RenderedQuery rendered = query.render(dialect);
            String packed = rendered.packed().stream().map(String::valueOf).collect(Collectors.joining(","));
            String line = query.key() + "\t" + packed + "\t" + String.join(",", rendered.parameters()) + "\t"
                    + rendered.sql();
            if (line.contains("\n") || lines.put(query.key(), line) != null) {
                throw new IllegalStateException("query " + query.key() + " has no key of its own, or spans lines");
            }
        }
        Path file = classes.resolve(FOLDER + dialect.name());
        Files.createDirectories(classes.resolve(FOLDER));
        try (Writer out = Files.newBufferedWriter(file)) {
            for (String line : lines.values()) {
                out.append(line).append('\n');
            }
        }
    }
}
