package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A POM cannot be the parent of another unless its packaging is pom, so the benchmark's repeats versions of the library's. */
class PomTest {

    private static final Pattern VERSION = Pattern.compile("<(version\\.[a-z]+)>(.*)</");

    @Test
    void theBenchmarkNamesTheVersionsOfTheLibrary() throws IOException {
        Map<String, String> library = versions("pom.xml");
        Map<String, String> benchmark = versions("src/jmh/pom.xml");
        assertThat(benchmark).containsKeys("version.hikari", "version.postgresql");
        benchmark.keySet().retainAll(library.keySet());
        assertThat(library).containsAllEntriesOf(benchmark);
    }

    @Test
    void thePomCanBeReadInOneGo() throws IOException {
        assertThat(Files.readAllLines(Path.of("pom.xml"))).hasSizeLessThan(500);
    }

    private static Map<String, String> versions(String pom) throws IOException {
        Map<String, String> versions = new TreeMap<>();
        VERSION.matcher(Files.readString(Path.of(pom)))
                .results()
                .forEach(match -> versions.put(match.group(1), match.group(2)));
        return versions;
    }
}
