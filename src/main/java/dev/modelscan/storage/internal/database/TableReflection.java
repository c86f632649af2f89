package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.schema.DefaultSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** What jOOQ makes by reflection: the record of each table. GraalVM reads it when it builds a native image. */
final class TableReflection {

    static final String FILE =
            "META-INF/native-image/dev.modelscan/modelscan-storage/tables/reachability-metadata.json";

    private TableReflection() {}

    static void write(Path classes) throws IOException {
        Path file = classes.resolve(FILE);
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                DefaultSchema.DEFAULT_SCHEMA
                        .tableStream()
                        .map(table -> "  {\"type\": \"" + table.getRecordType().getName()
                                + "\", \"methods\": [{\"name\": \"<init>\", \"parameterTypes\": []}]}")
                        .sorted()
                        .collect(Collectors.joining(",\n", "{\"reflection\": [\n", "\n]}\n")));
    }
}
