package dev.modelscan.storage.contract;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that moves only when a test moves it. */
final class TestClock extends Clock {

    /** Whole microseconds. */
    static final Instant START = Instant.parse("2030-06-01T12:00:00.123456Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    void set(Instant instant) {
        now.set(instant);
    }

    Instant advance() {
        return now.updateAndGet(instant -> instant.plusSeconds(1));
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("the library's times have no zone");
    }
}
