package dev.modelscan.storage.internal.sqlite.write;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the checkpoints of all open databases of the process, in the order in which they were asked for, each database at
 * most once at a time. There is one thread, and none when it had nothing to do for a while.
 *
 * <p>A checkpoint may wait for a slow disk, for readers, or for a caller's long transaction. So while a database waits
 * behind it, a second thread waits too, and runs it after a second. That one's place is taken by the next thread, up to
 * {@value #MOST_THREADS}.
 */
final class CheckpointThreads {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointThreads.class);

    static final int MOST_THREADS = 8;

    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_IDLE_MILLIS = 5_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    // A monitor, because it is released whatever fails in the thread of a caller. What it guards is linked by fields:
    // there may be no memory for more.
    private static final Object LOCK = new Object();
    private static @Nullable Job first;
    private static @Nullable Job last;
    private static int threads;
    private static int idle;
    private static int running;

    private CheckpointThreads() {}

    /** The checkpoints of one database. */
    static final class Job {

        private final Runnable run;
        // Guarded by the lock; running is also read without it.
        private boolean waits;
        private boolean wantedAgain;
        private boolean closed;
        private long since;
        private @Nullable Job next;
        private volatile boolean running;

        /** A failure of the run is logged, and ends nothing but the run. */
        Job(Runnable run) {
            this.run = run;
        }
    }

    /** Makes the job run soon. One that runs already runs once more. Returns at once. */
    static void request(Job job) {
        synchronized (LOCK) {
            if (job.closed) {
                return;
            }
            if (job.running) {
                job.wantedAgain = true;
            } else if (!job.waits) {
                enqueue(job);
            }
            if (idle > 0) {
                LOCK.notifyAll();
            } else {
                startIfOneWaits();
            }
        }
    }

    private static void startIfOneWaits() {
        if (first != null && threads == running && threads < MOST_THREADS) {
            start();
        }
    }

    /** How long the job still has to wait, if others run: none if it has waited for a second. */
    private static long left(Job job) {
        return running == 0 ? 0 : LONGEST_WAIT_NANOS - (System.nanoTime() - job.since);
    }

    private static void enqueue(Job job) {
        job.since = System.nanoTime();
        job.waits = true;
        Job before = last;
        if (first == null || before == null) {
            first = job;
        } else {
            before.next = job;
        }
        last = job;
    }

    private static void dequeue(Job job) {
        Job before = null;
        Job at = first;
        while (at != null && at != job) {
            before = at;
            at = at.next;
        }
        if (at == null) {
            return;
        }
        if (before == null) {
            first = job.next;
        } else {
            before.next = job.next;
        }
        if (last == job) {
            last = before;
        }
        job.next = null;
        job.waits = false;
    }

    /** The thread outlives the database that needed it first, so it inherits nothing of the caller's. */
    private static void start() {
        Thread made = new Thread(null, CheckpointThreads::run, "modelscan-storage-checkpoint", 0, false);
        made.setDaemon(true);
        made.setContextClassLoader(null);
        made.start();
        threads++;
    }

    private static void run() {
        for (Job job = next(); job != null; job = next()) {
            try {
                // Only a caller's own code could interrupt this thread.
                Thread.interrupted();
                job.run.run();
            } catch (RuntimeException | Error e) {
                notRun(e);
            } finally {
                ended(job);
            }
        }
    }

    private static void notRun(Throwable cause) {
        try {
            LOG.warn("a checkpoint failed; a later commit asks for the next one", cause);
        } catch (RuntimeException | Error e) {
            // There may be no memory to log it.
        }
    }

    /** Returns null if the thread should end. */
    private static @Nullable Job next() {
        synchronized (LOCK) {
            long idleAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_IDLE_MILLIS);
            while (true) {
                Job job = first;
                long left = job == null ? idleAt - System.nanoTime() : left(job);
                if (job != null && left <= 0) {
                    dequeue(job);
                    job.running = true;
                    running++;
                    letNextWait();
                    return job;
                }
                if (left <= 0 || idle > 0) {
                    threads--;
                    return null;
                }
                idle++;
                try {
                    TimeUnit.NANOSECONDS.timedWait(LOCK, Math.max(left, LOOK_NANOS));
                } catch (InterruptedException e) {
                    // As above.
                } finally {
                    idle--;
                }
            }
        }
    }

    /** Whatever fails, the job that was taken runs. */
    private static void letNextWait() {
        try {
            startIfOneWaits();
        } catch (RuntimeException | Error e) {
            notRun(e);
        }
    }

    private static void ended(Job job) {
        synchronized (LOCK) {
            if (job.wantedAgain && !job.closed) {
                enqueue(job);
            }
            job.wantedAgain = false;
            job.running = false;
            running--;
        }
    }

    /** Makes the job run no more. Returns when it does not run; an interrupt does not end the wait. */
    static void close(Job job) {
        synchronized (LOCK) {
            job.closed = true;
            dequeue(job);
        }
        boolean interrupted = false;
        while (job.running) {
            LockSupport.parkNanos(job, LOOK_NANOS);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
