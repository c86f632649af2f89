package dev.modelscan.storage.internal.sqlite.file;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of one database, or of all workspaces that were opened together, may take: memory for pages,
 * and in how many databases there are any. Thread-safe.
 *
 * <p>A database without connections to read and write keeps its {@link Anchor}, and with it all that notices a file
 * that was moved or replaced. Its next call opens new ones.
 *
 * <p>The caches of all connections are equal: the largest that fit into the memory, halved as often as it takes. A
 * connection takes over another size when it is used next; idle ones are told when theirs has become smaller.
 */
public final class ConnectionGroup {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGroup.class);

    /**
     * In KiB. With SQLite's default of 2 MB a large transaction writes pages to the log before it ends and reads them
     * back, and a query that reads more than that fetches each page from the log or the file again.
     */
    static final int LARGEST_CACHE = 16_000;

    /** In KiB, whatever the memory: some 30 pages, as many as a transaction may need at once. */
    private static final int SMALLEST_CACHE = 125;

    private final long memory;
    private final int mostConnected;
    private final Set<Member> members = new LinkedHashSet<>();
    private final Set<Member> connected = new LinkedHashSet<>();
    private int caches;
    private volatile int cacheSize = LARGEST_CACHE;

    /**
     * A group without members.
     *
     * @param memory for all page caches, in bytes; zero for no limit
     * @param mostConnected in how many databases there are connections that are idle; zero for no limit
     */
    public ConnectionGroup(long memory, int mostConnected) {
        this.memory = (memory + 1_023) / 1_024;
        this.mostConnected = mostConnected;
    }

    /** The idle connections of a database. No method waits for a call that runs. */
    public interface IdleConnections {

        /** Closes them, if no connection is in use. Returns whether none is left. */
        boolean close();

        /** Makes their caches as large as they may be. */
        void fitCaches();
    }

    /** Adds a database, until {@link Member#leave}. */
    public Member join(IdleConnections idle) {
        Member member = new Member(idle);
        synchronized (this) {
            members.add(member);
        }
        return member;
    }

    private synchronized List<Member> members() {
        return List.copyOf(members);
    }

    /** A database of the group. */
    public final class Member {

        private final IdleConnections idle;
        private final Object turn = new Object();
        private boolean left;
        private volatile long usedAt;

        private Member(IdleConnections idle) {
            this.idle = idle;
        }

        /** To be called by each call. */
        public void used() {
            if (mostConnected > 0) {
                usedAt = System.nanoTime();
            }
        }

        /**
         * To be called by a call that is about to open a connection, when that is seen to be in use. May close the idle
         * connections of other databases, those first that were not used for the longest time.
         */
        public void connecting() {
            if (mostConnected == 0) {
                return;
            }
            addConnected(this);
            Set<Member> tried = new HashSet<>(Set.of(this));
            for (Member next = takeOldest(tried); next != null; next = takeOldest(tried)) {
                tried.add(next);
                next.disconnect();
            }
        }

        /** To be called when it counts as not connected: it may connect again. */
        private void disconnect() {
            boolean closed = false;
            try {
                synchronized (turn) {
                    closed = left || idle.close();
                }
            } catch (RuntimeException e) {
                LOG.debug("idle connections could not be closed", e);
            } finally {
                if (!closed) {
                    addConnected(this);
                }
            }
        }

        /** A cache for a connection that is about to be opened, until that is closed. */
        public Cache cache() {
            Cache cache = new Cache();
            if (addCache()) {
                members().forEach(Member::fitCaches);
            }
            return cache;
        }

        private void fitCaches() {
            synchronized (turn) {
                if (!left) {
                    idle.fitCaches();
                }
            }
        }

        /** To be called before all connections are closed for good. Waits for another thread that closes idle ones. */
        public void leave() {
            synchronized (turn) {
                left = true;
            }
            synchronized (ConnectionGroup.this) {
                members.remove(this);
                connected.remove(this);
            }
        }
    }

    private synchronized void addConnected(Member member) {
        if (members.contains(member)) {
            connected.add(member);
        }
    }

    /** Counts the database that was not used for the longest time as not connected, if there are too many. */
    private synchronized @Nullable Member takeOldest(Set<Member> tried) {
        if (connected.size() <= mostConnected) {
            return null;
        }
        Member oldest = null;
        long since = 0;
        for (Member member : connected) {
            long usedAt = member.usedAt;
            if (!tried.contains(member) && (oldest == null || usedAt - since < 0)) {
                oldest = member;
                since = usedAt;
            }
        }
        if (oldest != null) {
            connected.remove(oldest);
        }
        return oldest;
    }

    static String pragma(int kilobytes) {
        return "PRAGMA cache_size = -" + kilobytes;
    }

    /** Returns whether caches have to become smaller. */
    private synchronized boolean addCache() {
        caches++;
        int before = cacheSize;
        int size = before;
        while (memory > 0 && size > SMALLEST_CACHE && (long) size * caches > memory) {
            size /= 2;
        }
        cacheSize = size;
        return size < before;
    }

    /** A size that was halved grows only when there is room for twice as much, so that it does not go up and down. */
    private synchronized void removeCache() {
        caches--;
        if (cacheSize < LARGEST_CACHE && 4L * cacheSize * caches <= memory) {
            cacheSize *= 2;
        }
    }

    /** The page cache of a connection. Used by whoever uses the connection. */
    public final class Cache {

        private int size;
        private boolean closed;

        private Cache() {}

        /** Whether {@link #fit} would change something. */
        public boolean fits() {
            return size == cacheSize;
        }

        /** Makes the cache as large as it may be. To be called between two transactions. */
        public void fit(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(pragma());
            }
        }

        /** Sets the size of a connection. */
        String pragma() {
            size = cacheSize;
            return ConnectionGroup.pragma(size);
        }

        /** To be called when the connection was closed. */
        public void closed() {
            if (!closed) {
                closed = true;
                removeCache();
            }
        }
    }
}
