package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Member;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small pool of read-only connections. More of them than cores would starve the writer. The first free one
 * is used first, since its statements and pages are in the cache. Threads wait in Java, not inside the
 * driver.
 *
 * <p>A new call takes an idle session even if others wait, since waking a thread costs more than most reads.
 * But when one has waited for {@value #PATIENCE_MILLIS} ms, new calls queue behind it, so nobody starves.
 *
 * <p>A session belongs to a {@link Loan}. A call creates its loan before it asks for a session, and marks it
 * as over in its outermost {@code finally}: one field write, which needs no stack, memory or lock. That alone
 * releases the session. Everything else, such as waking a waiting thread, is an optimization.
 *
 * <p>So this is no semaphore with a deque: a release that runs out of stack would lose its permit for good. And a fair
 * semaphore serves 16 threads at less than half the rate.
 */
final class ReaderPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

    private static final int PATIENCE_MILLIS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

    /** How long a waiting thread sleeps before it checks again, in case nobody was left to wake it. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SqliteConnections connections;
    private final Watchdog watchdog;
    private final Member member;
    private final Duration timeout;
    private final Object lock = new Object();
    private final Place[] places;
    private volatile @Nullable Loan firstWaiting;
    private @Nullable Loan lastWaiting;
    private volatile boolean closed;

    private static final class Place {

        /** The current holder; the place is free if its loan is over. Guarded by the pool's lock. */
        @Nullable
        Loan loan;

        boolean broken;

        // Used by the holder only.
        @Nullable
        ReadingConnection reading;

        boolean isFree() {
            Loan holder = loan;
            return holder == null || holder.over;
        }
    }

    /** A call's claim on a session, from before it asks until {@link #over}. */
    static final class Loan {

        final Thread owner = Thread.currentThread();

        /** Set if the session may be used again. */
        boolean intact;

        /** Set last, in the call's outermost {@code finally}. */
        volatile boolean over;

        private @Nullable Place place;
        private @Nullable Loan next;
        private long since;
        private boolean waits;
    }

    ReaderPool(SqliteConnections connections, Member member, Watchdog watchdog, DatabaseOptions options) {
        this.connections = connections;
        this.member = member;
        this.watchdog = watchdog;
        this.timeout = options.busyTimeout();
        this.places = new Place[options.readers()];
        for (int i = 0; i < places.length; i++) {
            places[i] = new Place();
        }
    }

    /** Takes a session, which belongs to the caller until the loan is over. */
    Session acquire(Loan loan) throws SQLException {
        Place place = take(loan);
        if (place == null) {
            place = await(loan);
        }
        if (place.broken) {
            closeQuietly(place);
        }
        ReadingConnection reading = place.reading;
        if (reading == null) {
            reading = ReadingConnection.open(connections, SqliteDialect.INSTANCE, watchdog, member);
            place.reading = reading;
        }
        reading.fitCache();
        return reading.session();
    }

    /**
     * Takes a free place, unless a waiting call comes first. Makes no call between the first and the last
     * write, so an Error cannot leave the change half done.
     */
    private @Nullable Place take(Loan loan) {
        synchronized (lock) {
            requireOpen();
            if (firstWaiting != null && !isNext(loan)) {
                return null;
            }
            Place place = firstFree();
            if (place == null) {
                return null;
            }
            Loan before = place.loan;
            place.broken |= before != null && !before.intact;
            place.loan = loan;
            loan.place = place;
            if (firstWaiting == loan) {
                firstWaiting = loan.next;
                lastWaiting = loan.next == null ? null : lastWaiting;
                loan.next = null;
            }
            return place;
        }
    }

    private boolean isNext(Loan loan) {
        Loan first = firstInLine();
        return first == null || first == loan || (!loan.waits && System.nanoTime() - first.since < PATIENCE_NANOS);
    }

    private @Nullable Loan firstInLine() {
        Loan first = firstWaiting;
        while (first != null && first.over) {
            first = first.next;
        }
        firstWaiting = first;
        lastWaiting = first == null ? null : lastWaiting;
        return first;
    }

    private @Nullable Place firstFree() {
        for (Place place : places) {
            if (place.isFree()) {
                return place;
            }
        }
        return null;
    }

    private Place await(Loan loan) {
        long deadline = System.nanoTime() + timeout.toNanos();
        enqueue(loan);
        while (true) {
            Place place = take(loan);
            if (place != null) {
                // One wake-up may announce two free places.
                wakeFirst();
                return place;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new BusyException(
                        "all " + places.length + " reading connections were in use for " + timeout.toMillis()
                                + " ms; close streams and cursors of dsl(), or raise readers",
                        null);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("interrupted while waiting for a reading connection", null);
            }
            LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
        }
    }

    private void enqueue(Loan loan) {
        loan.since = System.nanoTime();
        loan.waits = true;
        synchronized (lock) {
            Loan last = lastWaiting;
            if (firstInLine() == null || last == null) {
                firstWaiting = loan;
            } else {
                last.next = loan;
            }
            lastWaiting = loan;
        }
    }

    private void wakeFirst() {
        if (firstWaiting != null) {
            Loan first;
            synchronized (lock) {
                first = firstFree() == null && !closed ? null : firstInLine();
            }
            if (first != null) {
                LockSupport.unpark(first.owner);
            }
        }
    }

    /**
     * To be called after the loan is over: wakes a waiting thread, and closes sessions that nobody will use
     * again.
     */
    void ended(Loan loan) {
        wakeFirst();
        if (closed || !loan.intact) {
            closeUnusable();
        }
    }

    /** {@link #acquire} for a session whose connection goes to a caller, who does not use {@link Retry}. */
    Session lend() throws SQLException {
        // The session is released at the same depth, so the stack then suffices too.
        StackReserve.require();
        Loan loan = new Loan();
        try {
            acquire(loan);
            ReadingConnection reading = Objects.requireNonNull(loan.place).reading;
            Objects.requireNonNull(reading).lend(timeout);
            return reading.session();
        } catch (Throwable t) {
            loan.over = true;
            ended(loan);
            throw t;
        }
    }

    /** Releases a session whose connection a caller had. */
    void takeBack(Session session) {
        Place place = placeOf(session);
        Loan loan = place == null ? null : place.loan;
        if (place == null || loan == null) {
            return;
        }
        try {
            ReadingConnection reading = place.reading;
            loan.intact = reading != null && reading.isAsOpened();
        } finally {
            loan.over = true;
            ended(loan);
        }
    }

    private @Nullable Place placeOf(Session session) {
        for (Place place : places) {
            ReadingConnection reading = place.reading;
            if (reading != null && reading.session() == session) {
                return place;
            }
        }
        return null;
    }

    void requireOpen() {
        if (closed) {
            throw new UnavailableException(connections.name() + " is closed", null);
        }
    }

    /** Closes idle sessions; those in use are closed when they are released. */
    @Override
    public void close() {
        closed = true;
        for (Loan waiting = firstWaiting; waiting != null; waiting = waiting.next) {
            LockSupport.unpark(waiting.owner);
        }
        closeUnusable();
    }

    private void closeUnusable() {
        for (Place place : places) {
            Loan own = new Loan();
            try {
                boolean unusable;
                synchronized (lock) {
                    Loan before = place.loan;
                    unusable = place.reading != null
                            && before != null
                            && before.over
                            && (closed || place.broken || !before.intact);
                    if (unusable) {
                        place.broken = true;
                        place.loan = own;
                    }
                }
                if (unusable) {
                    closeQuietly(place);
                    own.intact = true;
                }
            } finally {
                own.over = true;
            }
        }
        wakeFirst();
    }

    /** Closes all sessions if none is in use or waited for. Returns whether none is left. */
    boolean closeIdle() {
        Loan own = new Loan();
        try {
            synchronized (lock) {
                if (firstWaiting != null) {
                    return false;
                }
                for (Place place : places) {
                    if (!place.isFree()) {
                        return false;
                    }
                }
                for (Place place : places) {
                    place.loan = own;
                }
            }
            for (Place place : places) {
                closeQuietly(place);
            }
            own.intact = true;
            return true;
        } finally {
            own.over = true;
            wakeFirst();
        }
    }

    /** Tells idle sessions that caches are smaller now. Those in use are told at their next use. */
    void fitIdleCaches() {
        for (Place place : places) {
            Loan own = new Loan();
            try {
                ReadingConnection idle = null;
                synchronized (lock) {
                    Loan before = place.loan;
                    if (place.reading != null && place.isFree() && !place.broken && (before == null || before.intact)) {
                        idle = place.reading;
                        place.loan = own;
                    }
                }
                if (idle != null) {
                    idle.fitCache();
                    own.intact = true;
                }
            } catch (SQLException e) {
                LOG.debug("a cache could not be made smaller", e);
            } finally {
                own.over = true;
            }
        }
        wakeFirst();
    }

    private void closeQuietly(Place place) {
        ReadingConnection reading = place.reading;
        if (reading != null) {
            try {
                reading.close();
            } catch (SQLException e) {
                LOG.debug("closing a reading connection failed", e);
            }
        }
        place.reading = null;
        place.broken = false;
    }
}
