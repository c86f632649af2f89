package dev.modelscan.storage.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.tasks.TaskId;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalsTest {

    @ParameterizedTest
    @Timeout(20)
    @CsvSource({
        "1e-2147483647, 0",
        "-1e-2000000000, 0",
        "1e-100000000, 0",
        "0e-2147483647, 0",
        "0e2147483647, 0",
        "4.9e-10, 0",
        "9.9e-11, 0",
        "5e-10, 0.000000001",
        "-5e-10, -0.000000001",
        "99e-11, 0.000000001",
        "1.50, 1.5",
        "9e9, 9000000000",
    })
    void isRoundedToBillionthsWhateverItsExponent(String given, String stored) {
        BigDecimal value = new BigDecimal(given);
        assertThat(Score.builder()
                        .taskId(new TaskId("t"))
                        .name("n")
                        .value(value)
                        .build()
                        .value())
                .isEqualTo(new BigDecimal(stored));
        if (value.signum() >= 0) {
            assertThat(ModelCall.builder().cost(value).currency("USD").build().cost())
                    .isEqualTo(new BigDecimal(stored));
        }
    }

    @ParameterizedTest
    @Timeout(20)
    @ValueSource(strings = {"1e2147483647", "-1e100000000", "9223372036.1"})
    void isRejectedBeyondItsRange(String given) {
        assertThatThrownBy(() -> Score.builder()
                        .taskId(new TaskId("t"))
                        .name("n")
                        .value(new BigDecimal(given))
                        .build())
                .isExactlyInstanceOf(InvalidDataException.class);
    }

    @Test
    void billionthsOfTheStoredValueAreWhole() {
        assertThat(Decimals.toNanos(new BigDecimal("1.5"))).isEqualTo(1_500_000_000L);
        assertThat(Decimals.toNanos(BigDecimal.ZERO)).isZero();
    }
}
