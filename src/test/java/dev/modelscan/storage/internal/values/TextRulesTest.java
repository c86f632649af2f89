package dev.modelscan.storage.internal.values;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Every character, at every place of short texts: several are looked at together. */
class TextRulesTest {

    private static final int LONGEST = 9;

    @Test
    void anyTextOfWholeCharactersIsStored() {
        for (int character = 1; character <= Character.MAX_CODE_POINT; character++) {
            if (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE) {
                String text = Character.toString(character);
                assertThat(TextRules.problem("abcd" + text + "efgh")).isNull();
            }
        }
        for (String text : new String[] {
            "\u0001", "\u00ff", "\u7fff", "\u8000", "\u8001", "\ud7ff", "\ue000", "\uffff", "\ud83d\ude00"
        }) {
            for (int length = 0; length <= LONGEST; length++) {
                for (int place = 0; place <= length; place++) {
                    assertThat(TextRules.problem(at(place, text, length))).isNull();
                }
            }
        }
    }

    @Test
    void aNulIsFoundWhereverItIs() {
        everywhere("\0", "has a NUL character at position ");
    }

    @Test
    void anUnpairedSurrogateIsFoundWhereverItIs() {
        everywhere("\ud800", "has an unpaired surrogate at position ");
        everywhere("\udbff", "has an unpaired surrogate at position ");
        everywhere("\udc00", "has an unpaired surrogate at position ");
        everywhere("\udfff", "has an unpaired surrogate at position ");
        everywhere("\udc00\ud800", "has an unpaired surrogate at position ");
    }

    private static void everywhere(String wrong, String problem) {
        for (String before : new String[] {"", "\ud83d\ude00", "\u8001"}) {
            for (int length = 0; length <= LONGEST; length++) {
                for (int place = 0; place <= length; place++) {
                    String text = before + at(place, wrong, length);
                    assertThat(TextRules.problem(text)).isEqualTo(problem + (before.length() + place));
                }
            }
        }
    }

    /** A text of so many letters with another text at a place. */
    private static String at(int place, String text, int length) {
        return "a".repeat(place) + text + "z".repeat(length - place);
    }
}
