package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.errors.CancelledException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Waits between attempts at what others hold for a while, such as a lock: a little longer each time, at random, up to a deadline. */
public final class Retry {

    private static final long FIRST_MICROS = 500;
    private static final long LONGEST_MICROS = 50_000;

    private final long deadline;
    private long pauseMicros = FIRST_MICROS;

    /** Attempts that end after that time. */
    public Retry(Duration timeout) {
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    /** Whether the deadline is still to come. */
    public boolean mayGoOn() {
        return System.nanoTime() < deadline;
    }

    /**
     * Waits before the next attempt.
     *
     * @return false if the deadline has passed
     * @throws CancelledException if the thread is interrupted, whose flag stays set
     */
    public boolean pause() {
        if (!mayGoOn()) {
            return false;
        }
        long jittered = ThreadLocalRandom.current().nextLong(pauseMicros / 2, pauseMicros + 1);
        pauseMicros = Math.min(pauseMicros * 2, LONGEST_MICROS);
        try {
            TimeUnit.MICROSECONDS.sleep(jittered);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while waiting for the database's lock", e);
        }
        return true;
    }

    /** {@link #pause()} that an interrupt only cuts short, for what has to come to its end; the thread's flag stays set. */
    public boolean pauseUninterrupted() {
        boolean interrupted = Thread.interrupted();
        try {
            return pause();
        } catch (CancelledException e) {
            return mayGoOn();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
