package dev.modelscan.storage.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {

    private static final String TIME = "2024-02-29T23:59:58.123456Z";

    @Test
    void timesAreReadAsTheJdkReadsThem() {
        long first = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
        long end = Instant.parse("+10000-01-01T00:00:00Z").getEpochSecond();
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            Instant time = Instant.ofEpochSecond(random.nextLong(first, end), random.nextInt(1_000_000_000));
            String text = Timestamps.format(time);
            assertThat(text).hasSize(TIME.length());
            assertThat(Timestamps.parse(text))
                    .isEqualTo(time.truncatedTo(ChronoUnit.MICROS))
                    .isEqualTo(Instant.parse(text));
        }
    }

    /** The characters before and after the digits, and a byte that is not a character. */
    @Test
    void aCharacterThatDoesNotBelongIsRefusedWhereverItStands() {
        for (int i = 0; i < TIME.length(); i++) {
            for (char wrong : new char[] {'/', ';', ' ', 'x', '\u00ff'}) {
                String text = TIME.substring(0, i) + wrong + TIME.substring(i + 1);
                assertThatThrownBy(() -> Timestamps.parse(text))
                        .isInstanceOf(CorruptDatabaseException.class)
                        .hasMessageContaining(text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2024-02-29T23:59:58Z",
                "2024-02-29T23:59:58.1234567Z",
                "2024-00-29T23:59:58.123456Z",
                "2024-13-29T23:59:58.123456Z",
                "2024-02-30T23:59:58.123456Z",
                "2023-02-29T23:59:58.123456Z",
                "2024-02-29T24:00:00.000000Z",
                "2024-02-29T23:60:58.123456Z",
                "2024-02-29T23:59:60.123456Z",
            })
    void aTimeThatDoesNotExistIsRefused(String text) {
        assertThatThrownBy(() -> Timestamps.parse(text))
                .isInstanceOf(CorruptDatabaseException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    @Test
    void aMessageShowsTheStartOfALongText() {
        assertThatThrownBy(() -> Timestamps.parse("x".repeat(1_000_000)))
                .isInstanceOf(CorruptDatabaseException.class)
                .hasMessage("stored time \"" + "x".repeat(60) + "…\" is not of the form " + Timestamps.EXAMPLE);
    }
}
