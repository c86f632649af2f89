package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few connections that only read. More of them than cores would starve the writer. The first that is free goes out first, since
 * its statements and pages are warm. Threads wait for one in Java, not inside the driver.
 *
 * <p>Who comes while a session is idle takes it, since waking another costs more than most reads. But if one has waited for
 * {@value #PATIENCE_MILLIS} ms, who comes later queues behind it, so nobody starves.
 *
 * <p>A session belongs to a {@link Loan}, which its call makes before it asks for one, and marks as over in its outermost {@code
 * finally}: one write of a field, which needs neither stack, memory nor a lock. That is how a session is given back; all else,
 * such as waking a thread that waits, is a courtesy.
 */
final class ReaderPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

    private static final int PATIENCE_MILLIS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

    /** How long a thread that waits sleeps before it looks again, in case that nobody was left to wake it. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SqliteConnections connections;
    private final Dialect dialect;
    private final Watchdog watchdog;
    private final Duration timeout;
    private final Object lock = new Object();
    private final Place[] places;
    private volatile @Nullable Loan firstWaiting;
    private @Nullable Loan lastWaiting;
    private volatile boolean closed;

    /** Room for one session. */
    private static final class Place {

        /** Whose it is; nobody's if that one is over. Guarded by the pool's lock. */
        @Nullable
        Loan loan;

        /** Whether the session must not be used again. */
        boolean broken;

        // The holder's.
        @Nullable
        ReadingConnection reading;

        boolean isFree() {
            Loan holder = loan;
            return holder == null || holder.over;
        }
    }

    /** What a call has of the pool, from before it asks until {@link #over}. */
    static final class Loan {

        final Thread owner = Thread.currentThread();

        /** Set when the session may be used again. */
        boolean intact;

        /** Set by the call's outermost {@code finally}, after all else. */
        volatile boolean over;

        private @Nullable Place place;
        private @Nullable Loan next;
        private long since;
        private boolean waits;
    }

    ReaderPool(SqliteConnections connections, Dialect dialect, Watchdog watchdog, int size, Duration timeout) {
        this.connections = connections;
        this.dialect = dialect;
        this.watchdog = watchdog;
        this.timeout = timeout;
        this.places = new Place[size];
        for (int i = 0; i < size; i++) {
            places[i] = new Place();
        }
    }

    /** A session that is the caller's until the loan is over. */
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
            reading = ReadingConnection.open(connections, dialect, watchdog);
            place.reading = reading;
        }
        return reading.session();
    }

    /** Takes a free place, unless another is to have it. From the first write to the last nothing is called. */
    private @Nullable Place take(Loan loan) {
        synchronized (lock) {
            if (closed) {
                throw new UnavailableException(connections.name() + " is closed", null);
            }
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
                // One wake-up may stand for two places.
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

    /** Called once the loan is over: wakes who waits, and closes what nobody will use again. */
    void ended(Loan loan) {
        wakeFirst();
        if (closed || !loan.intact) {
            closeUnusable();
        }
    }

    /** {@link #acquire} for a session whose connection is lent to others, who have no {@link Retry}. */
    Session lend() throws SQLException {
        // Whoever gives it back does so from the same depth, and finds as much.
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

    /** Takes back a session whose connection was lent. */
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

    /** Those in use are closed when they come back. */
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
