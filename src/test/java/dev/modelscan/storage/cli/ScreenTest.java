package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
}
