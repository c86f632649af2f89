package dev.modelscan.storage.internal.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's strict decoder decides what is right. */
class Utf8Test {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "plain text that is longer than the eight bytes that are compared at once, and than a short run",
                "naïve café in Zürich, and after it a long run of plain text, longer than a short one, then ÿ",
                "ends with é",
                "naïve at first — and then a dash, “quotes” and plain text again",
                "проверьте счёт номер 429",
                "請確認發票號碼 12345678",
                "🙂",
                "done ✅ 🙂🙂 twelve ascii letters",
                "\u0080\u00ff\u0100\u07ff\u0800\ud7ff\ue000\uffff\ufffd",
            })
    void decodesWhatTheJdkEncodes(String text) {
        byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);

        assertThat(Utf8.decode(bytes, 1, bytes.length - 1)).isEqualTo(text);
    }

    @Test
    void decodesEachCharacterAtEachPlaceOfEightBytes() {
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            if (character == Character.MIN_SURROGATE) {
                character = Character.MAX_SURROGATE + 1;
            }
            String text = "abcdefgh".substring(character % 9) + Character.toString(character) + "abcdefghijk";
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

            // A million assertions are slow.
            String decoded = Utf8.decode(bytes, 0, bytes.length);
            if (!decoded.equals(text)) {
                assertThat(decoded).isEqualTo(text);
            }
        }
    }

    @Test
    void rejectsWhatTheJdkRejectsAfterAnyLead() {
        byte[] edges = HexFormat.of().parseHex("41808f909fa0bfc0f0");
        for (int lead = 0x80; lead <= 0xff; lead++) {
            for (byte second : edges) {
                for (byte third : edges) {
                    byte[] three = {'a', (byte) lead, second, third};
                    assertSameAsJdk(three);
                    for (byte fourth : edges) {
                        assertSameAsJdk(new byte[] {(byte) lead, second, third, fourth});
                    }
                }
                assertSameAsJdk(new byte[] {'a', (byte) lead, second});
            }
            assertSameAsJdk(new byte[] {'a', (byte) lead});
        }
    }

    @Test
    void decodesOrRejectsRandomBytesAsTheJdkDoes() {
        Random random = new Random(7);
        String text = "text — with “quotes”, naïve Zürich, счёт, 請確認 and 🙂 between plain words of ASCII";
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = text.substring(random.nextInt(text.length())).getBytes(StandardCharsets.UTF_8);
            if (round % 2 == 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            assertSameAsJdk(bytes);
        }
    }

    /** Also behind other bytes, and before bytes that would complete a character. */
    private static void assertSameAsJdk(byte[] bytes) {
        assertSameAsJdk(bytes, "");
        assertSameAsJdk(bytes, "forty bytes of ASCII stand before these.");
    }

    private static void assertSameAsJdk(byte[] bytes, String before) {
        int from = before.length();
        int to = from + bytes.length;
        byte[] all = Arrays.copyOf(before.getBytes(StandardCharsets.US_ASCII), to + 3);
        System.arraycopy(bytes, 0, all, from, bytes.length);
        Arrays.fill(all, to, all.length, (byte) 0x80);
        String expected;
        try {
            expected = before + StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            assertThatThrownBy(() -> Utf8.decode(all, 0, to), HexFormat.of().formatHex(bytes))
                    .isInstanceOf(CorruptDatabaseException.class)
                    .hasMessage("text is not UTF-8");
            return;
        }
        assertThat(Utf8.decode(all, 0, to)).isEqualTo(expected);
    }
}
