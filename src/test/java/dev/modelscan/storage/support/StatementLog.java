package dev.modelscan.storage.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Collects the statements that the library sends while it is open. */
public final class StatementLog implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.modelscan.storage.sql");
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final Level before = logger.getLevel();
    private final boolean additive = logger.isAdditive();

    public StatementLog() {
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
    }

    /** The statements so far, in order; a batch counts once. */
    public List<String> statements() {
        return appender.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .map(message -> message.replaceFirst("^batch of \\d+: ", ""))
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        logger.setAdditive(additive);
    }
}
