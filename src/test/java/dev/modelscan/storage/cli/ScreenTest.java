package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScreenTest {

    @ParameterizedTest
    @ValueSource(ints = {0x231A, 0x23F3, 0x26A1, 0x2705, 0x274C, 0x2B50, 0x2B55, 0x1F7E2, 0x1FA79, 0x4F60})
    void aWideCharacterTakesTwoColumns(int character) {
        assertThat(Screen.width(Character.toString(character))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x61, 0x2190, 0x2500, 0x2588, 0x2713, 0x2B54})
    void otherCharactersTakeOne(int character) {
        assertThat(Screen.width(Character.toString(character))).isEqualTo(1);
    }

    /** The answer of a tool may be a line of megabytes. */
    @Test
    void aLineWithoutSpacesIsWrappedInTimeThatGrowsWithItsLength() {
        String text = "x " + "A".repeat(4_000_000);

        List<String> lines = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> new Screen(true).wrapped(text, 76, Integer.MAX_VALUE));

        assertThat(lines).hasSize(1 + (4_000_000 + 75) / 76);
    }
}
