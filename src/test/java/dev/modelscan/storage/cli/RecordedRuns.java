package dev.modelscan.storage.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** 200 recorded runs, of another project: a file beside the repository, or none. */
final class RecordedRuns {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordedRuns() {}

    static Path all() {
        Path file = Path.of(System.getProperty("modelscan.transcripts", "../shared/data/airline-transcripts.json"));
        Assumptions.assumeTrue(Files.isReadable(file), () -> "there is no " + file);
        return file;
    }

    /** A file with each fifth of them; all with {@code -Dmodelscan.test.long=true}. */
    static Path some(Path directory) throws IOException {
        if (Boolean.getBoolean("modelscan.test.long")) {
            return all();
        }
        JsonNode all = JSON.readTree(all().toFile());
        ArrayNode some = JSON.createArrayNode();
        for (int i = 0; i < all.size(); i += 5) {
            some.add(all.get(i));
        }
        return Files.writeString(directory.resolve("runs.json"), JSON.writeValueAsString(some));
    }
}
