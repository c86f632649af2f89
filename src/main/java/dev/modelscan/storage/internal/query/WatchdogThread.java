package dev.modelscan.storage.internal.query;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of the process that looks for all watchdogs. It runs while there are any. */
final class WatchdogThread {

    private static final Logger LOG = LoggerFactory.getLogger(WatchdogThread.class);

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Set<Watchdog> WATCHDOGS = ConcurrentHashMap.newKeySet();

    // Written by whoever has the class's lock.
    private static volatile @Nullable Thread thread;

    private static volatile boolean asleep;

    private WatchdogThread() {}

    /** Has the thread look for a watchdog until that is forgotten. */
    static synchronized void watch(Watchdog watchdog) {
        if (thread == null) {
            // It outlives its first user, whose thread-locals and class loader are none of its business.
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

    /** Runs it on a thread of its own; if the process can have no more of them, on this one. */
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
                // Not even the log may have the memory that it needs. Whoever was to be stopped is so at the next look.
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

    /** Returns whether it was woken. A statement that begins just now may not see that this thread sleeps, so it is no long sleep. */
    private static boolean sleep() {
        asleep = true;
        LockSupport.parkNanos(QUIET_NANOS);
        boolean woken = !asleep;
        asleep = false;
        return woken;
    }
}
