package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Counts in words. */
class CountTest {

    private static final Pattern COUNTED = Pattern.compile("%,?d [a-z ]*[a-rt-z]s\\b");

    @Test
    void oneIsSingular() {
        assertThat(Count.of(1, "row")).isEqualTo("1 row");
        assertThat(Count.of(0, "row")).isEqualTo("0 rows");
        assertThat(Count.of(2_000, "entry", "entries")).isEqualTo("2,000 entries");
    }

    /** A format with a number and a plural would print {@code 1 rows}. */
    @Test
    void noCommandHasAPluralOfItsOwn() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> sources = Files.list(Path.of("src/main/java/dev/modelscan/storage/cli"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                COUNTED.matcher(Files.readString(source))
                        .results()
                        .forEach(match -> found.add(source + ": " + match.group()));
            }
        }
        assertThat(found).isEmpty();
    }
}
