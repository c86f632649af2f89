package dev.modelscan.storage.backups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeepTest {

    @Test
    void textIsReadInAnyOrder() {
        assertThat(Keep.parse("24h,7d,4w")).isEqualTo(new Keep(24, 7, 4));
        assertThat(Keep.parse("4W, 2h")).isEqualTo(new Keep(2, 0, 4));
        assertThat(Keep.parse(new Keep(1, 2, 3).toString())).isEqualTo(new Keep(1, 2, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "7x", "h", "1h,2h", "-1h", "0h", "1h,", "99999999h", "99999d"})
    void otherTextIsRejected(String text) {
        assertThatThrownBy(() -> Keep.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /** One each half hour for ten weeks: kept are the last of each hour, day and week. */
    @Test
    void theNewestOfEachHourDayAndWeekIsKept() {
        Instant now = Instant.parse("2026-11-26T12:10:00Z");
        List<Instant> times = new ArrayList<>();
        for (int i = 0; i < 48 * 70; i++) {
            times.add(now.minus(Duration.ofMinutes(30L * i)));
        }

        assertThat(new Keep(3, 3, 3).kept(times))
                .containsExactly(
                        Instant.parse("2026-11-15T23:40:00Z"),
                        Instant.parse("2026-11-22T23:40:00Z"),
                        Instant.parse("2026-11-24T23:40:00Z"),
                        Instant.parse("2026-11-25T23:40:00Z"),
                        Instant.parse("2026-11-26T10:40:00Z"),
                        Instant.parse("2026-11-26T11:40:00Z"),
                        Instant.parse("2026-11-26T12:10:00Z"));
        assertThat(new Keep(24, 7, 4).kept(times)).hasSize(24 + 5 + 2);
        assertThat(new Keep(1, 0, 0).kept(List.of())).isEmpty();
    }

    @Test
    void anExpiryIsTheBackupThatTakesItsPlace() {
        Instant monday = Instant.parse("2026-11-23T09:30:00Z");
        Instant evening = Instant.parse("2026-11-23T23:30:00Z");
        Map<Instant, Instant> expiries =
                new Keep(24, 7, 0).expiries(List.of(monday, evening), Instant.parse("2026-11-24T00:10:00Z"));

        // The first of its day is kept by its hour, the last by its day.
        assertThat(expiries)
                .containsEntry(monday, Instant.parse("2026-11-24T23:10:00Z"))
                .containsEntry(evening, Instant.parse("2026-11-30T00:10:00Z"));
        assertThat(new Keep(0, 0, 600).expiries(List.of(Instant.parse("2026-11-22T23:59:00Z")), monday))
                .isEmpty();
    }

    /** A gap in the backups takes no place: of a database that stood still, old ones stay. */
    @Test
    void hoursWithoutABackupDoNotCount() {
        List<Instant> times = List.of(Instant.EPOCH, Instant.EPOCH.plus(Duration.ofDays(400)));

        assertThat(new Keep(2, 0, 0).kept(times)).isEqualTo(times);
        assertThat(new Keep(0, 1, 0).kept(times)).containsExactly(times.get(1));
    }
}
