package dev.modelscan.storage.internal.query;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of the process that serves all watchdogs. Runs while there is at least one. */
final class WatchdogThread {

    private static final Logger LOG = LoggerFactory.getLogger(WatchdogThread.class);

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Set<Watchdog> WATCHDOGS = ConcurrentHashMap.newKeySet();

    // Written under the class's lock.
    private static volatile @Nullable Thread thread;

    private static volatile boolean asleep;

    private WatchdogThread() {}

    /** Makes the thread check a watchdog until {@link #forget}. */
    static synchronized void watch(Watchdog watchdog) {
        if (thread == null) {
            // The thread outlives its first user, so it must not inherit thread-locals or the class loader.
            thread = start(WatchdogThread::run, "modelscan-storage-watchdog");
        }
        WATCHDOGS.add(watchdog);
    }

    private static Thread start(Runnable task, String name) {
        Thread made = new Thread(null, task, name, 0, false);
        made.setDaemon(true);
        made.setContextClassLoader(null);
        made.start();
        return made;
    }

    /** Runs a request on its own thread, or on this one if the process cannot create a thread. */
    static void runApart(Runnable request) {
        try {
            start(() -> runLogged(request), "modelscan-storage-cancel");
        } catch (OutOfMemoryError e) {
            runLogged(request);
        }
    }

    private static void runLogged(Runnable request) {
        try {
            request.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("a statement could not be stopped", e);
        }
    }

    static synchronized void forget(Watchdog watchdog) {
        WATCHDOGS.remove(watchdog);
        if (WATCHDOGS.isEmpty()) {
            LockSupport.unpark(thread);
        }
    }

    static boolean isAsleep() {
        return asleep;
    }

    static void wake() {
        asleep = false;
        LockSupport.unpark(thread);
    }

    private static void run() {
        long lastBusy = System.nanoTime();
        while (goesOn()) {
            long now = System.nanoTime();
            try {
                if (lookForAll(now)) {
                    lastBusy = now;
                }
            } catch (RuntimeException | Error e) {
                // Logging may lack memory too. The next round cancels what this one had to.
                lastBusy = now;
            }
            if (now - lastBusy < QUIET_NANOS) {
                LockSupport.parkNanos(PERIOD_NANOS);
            } else if (sleep()) {
                lastBusy = System.nanoTime();
            }
        }
    }

    private static synchronized boolean goesOn() {
        if (WATCHDOGS.isEmpty()) {
            thread = null;
            return false;
        }
        return true;
    }

    private static boolean lookForAll(long now) {
        boolean busy = false;
        for (Watchdog watchdog : WATCHDOGS) {
            busy |= watchdog.lookAtAll(now);
        }
        return busy;
    }

    /**
     * Returns whether it was woken. A statement that starts right now may not see that this thread sleeps, so
     * the sleep is short.
     */
    private static boolean sleep() {
        asleep = true;
        LockSupport.parkNanos(QUIET_NANOS);
        boolean woken = !asleep;
        asleep = false;
        return woken;
    }
}
