package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.support.ChildProcess;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SQLite needs none of PostgreSQL's libraries, and no engine those for metrics. On PostgreSQL the exception names a missing
 * library.
 */
class OptionalLibrariesTest {

    private static final String OPTIONAL =
            "(postgresql|HikariCP|flyway-database-postgresql|checker-qual|micrometer-\\w+|opentelemetry-[\\w-]+)"
                    + "-[\\d.]+\\.jar";

    @TempDir
    private Path directory;

    private static List<String> withoutOptional() {
        String remaining = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Pattern.compile(OPTIONAL)
                        .matcher(Path.of(entry).getFileName().toString())
                        .matches())
                .collect(Collectors.joining(File.pathSeparator));
        return List.of("-cp", remaining);
    }

    @Test
    void sqliteNeedsNoneOfThem() throws Exception {
        String output = ChildProcess.startOn(withoutOptional(), directory, "query", "plain.db")
                .output();
        assertThat(output).contains("agents 1");
    }

    @Test
    void postgresqlSaysWhichAreMissing() throws Exception {
        String output = ChildProcess.startOn(
                        withoutOptional(), directory, "refused", "jdbc:postgresql://localhost/none")
                .output();
        assertThat(output)
                .contains("UnavailableException")
                .contains("com.zaxxer:HikariCP")
                .contains("org.postgresql:postgresql")
                .contains("org.flywaydb:flyway-database-postgresql");
    }
}
