package dev.modelscan.storage.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Collects the statements that the library sends, from every thread of this JVM, while it is open. So a test can say
 * how many a call sends. Reads the library's log, so Logback has to be the backend of SLF4J in the tests.
 *
 * <pre>{@code
 * try (StatementLog log = new StatementLog()) {
 *     reviews.latest(10);
 *     log.requireCount(1);
 * }
 * }</pre>
 *
 * <p>On PostgreSQL, {@code BEGIN} and {@code COMMIT} are not among the statements.
 *
 * @since 0.1.0
 */
public final class StatementLog implements AutoCloseable {

    private static final String NAME = "dev.modelscan.storage.sql";

    private final Logger logger = logger();
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final @Nullable Level before = logger.getLevel();
    private final boolean additive = logger.isAdditive();

    /**
     * Begins to collect.
     *
     * @throws IllegalStateException if Logback is not the backend of SLF4J
     */
    public StatementLog() {
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
    }

    private static Logger logger() {
        if (LoggerFactory.getLogger(NAME) instanceof Logger logger) {
            return logger;
        }
        throw new IllegalStateException("StatementLog reads the log through Logback, and SLF4J has another backend: "
                + LoggerFactory.getILoggerFactory().getClass().getName()
                + ". Add ch.qos.logback:logback-classic to the tests, as the only backend");
    }

    /** The statements so far, in order; a batch is one. Immutable. */
    public List<String> statements() {
        return List.copyOf(appender.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .map(message -> message.replaceFirst("^batch of \\d+: ", ""))
                .toList();
    }

    /**
     * Checks how many statements were sent so far.
     *
     * @throws AssertionError if it is another number; lists the statements
     */
    public void requireCount(int expected) {
        List<String> statements = statements();
        if (statements.size() != expected) {
            throw new AssertionError("expected " + expected + " statements, and " + statements.size()
                    + " were sent:\n  " + String.join("\n  ", statements));
        }
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        logger.setAdditive(additive);
    }
}
