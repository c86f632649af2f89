package dev.modelscan.storage.internal.migrate;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Flyway's messages about the library's own migrations (a banner, a line for each step, an error beside
 * each exception) out of the host's log, unless it is set to debug. Flyway has one log for all of its users,
 * so messages from threads that do not migrate for the library pass through.
 *
 * <p>Flyway creates an instance by this class's name.
 */
public final class FlywayLogs implements LogCreator {

    private static final Logger OWN = LoggerFactory.getLogger(FlywayRun.class);
    private static final ThreadLocal<Boolean> QUIET = new ThreadLocal<>();

    /** Called by Flyway. */
    public FlywayLogs() {}

    /**
     * The value for {@code loggers} of a configuration. In a container, Flyway's class loader may not see the
     * library.
     */
    static String name() {
        try {
            return Class.forName(FlywayLogs.class.getName(), false, Log.class.getClassLoader()) == FlywayLogs.class
                    ? FlywayLogs.class.getName()
                    : "slf4j";
        } catch (ClassNotFoundException e) {
            return "slf4j";
        }
    }

    /** Marks this thread as migrating for the library. */
    static void begin() {
        QUIET.set(true);
    }

    /** Ends {@link #begin}. */
    static void end() {
        QUIET.remove();
    }

    @Override
    public Log createLogger(Class<?> owner) {
        return new QuietLog(LoggerFactory.getLogger(owner));
    }

    /** Logs as debugging output of the library what comes from its own migrations. */
    private static final class QuietLog implements Log {

        private final Logger log;

        QuietLog(Logger log) {
            this.log = log;
        }

        private boolean isQuiet(String message) {
            boolean quiet = QUIET.get() != null;
            if (quiet) {
                OWN.debug(message);
            }
            return quiet;
        }

        @Override
        @SuppressWarnings("deprecation") // Only older versions of Flyway call it.
        public boolean isDebugEnabled() {
            return QUIET.get() == null && log.isDebugEnabled();
        }

        @Override
        public void debug(String message) {
            if (!isQuiet(message)) {
                log.debug(message);
            }
        }

        @Override
        public void info(String message) {
            if (!isQuiet(message)) {
                log.info(message);
            }
        }

        @Override
        public void warn(String message) {
            if (!isQuiet(message)) {
                log.warn(message);
            }
        }

        @Override
        public void error(String message) {
            if (!isQuiet(message)) {
                log.error(message);
            }
        }

        @Override
        public void error(String message, Exception e) {
            if (!isQuiet(message)) {
                log.error(message, e);
            }
        }

        @Override
        public void notice(String message) {
            info(message);
        }
    }
}
