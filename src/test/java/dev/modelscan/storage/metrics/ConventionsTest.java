package dev.modelscan.storage.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares the names that are used with a copy of the conventions. */
class ConventionsTest {

    private final String list;
    private final Map<String, List<String>> conventions = new HashMap<>();

    ConventionsTest() throws Exception {
        list = new String(
                ConventionsTest.class
                        .getResourceAsStream("/semantic-conventions.txt")
                        .readAllBytes(),
                StandardCharsets.UTF_8);
        list.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            List<String> words = List.of(line.split(" "));
            conventions.put(words.get(0), words.subList(1, words.size()));
        });
    }

    @Test
    void namesAreThoseOfTheConventions() throws IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Field field : Conventions.class.getDeclaredFields()) {
            if (field.getType() == String.class && !field.getName().equals("VERSION")) {
                names.add((String) field.get(null));
            }
        }

        assertThat(names).contains("db.system.name", "gen_ai.agent.id");
        assertThat(conventions).containsKeys(names.toArray(String[]::new));
        assertThat(names)
                .filteredOn(name -> !name.startsWith("gen_ai."))
                .allMatch(name -> conventions.get(name).get(0).equals("stable"));
        assertThat(list).contains("version " + Conventions.VERSION + ",");
    }

    @Test
    void theDurationHasTheBucketsOfTheConventions() {
        List<String> metric = conventions.get(Conventions.DURATION);

        assertThat(metric.subList(1, 3)).containsExactly("histogram", "s");
        assertThat(Arrays.stream(Conventions.BUCKETS).mapToObj(millis -> BigDecimal.valueOf(millis, 3)
                        .stripTrailingZeros()
                        .toPlainString()))
                .containsExactlyElementsOf(metric.subList(3, metric.size()));
    }
}
