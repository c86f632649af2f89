package dev.modelscan.storage.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Does something on another thread before one of this thread's next statements is sent. Unless {@link #hasRun} is asked, closing
 * it fails if fewer statements were sent.
 */
public final class BeforeStatement extends UnsynchronizedAppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.modelscan.storage.sql");
    private final Level before = logger.getLevel();
    private final boolean additive = logger.isAdditive();
    private final Thread thread = Thread.currentThread();
    private final Runnable work;
    private int left;
    private boolean isAsked;

    /**
     * Begins to count.
     *
     * @param number which of the statements, from 1
     */
    public BeforeStatement(int number, Runnable work) {
        this.left = number;
        this.work = work;
        start();
        logger.addAppender(this);
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
    }

    @Override
    protected void append(ILoggingEvent statement) {
        if (Thread.currentThread() == thread && --left == 0) {
            try {
                OwnThread.run(work).get(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Whether so many statements were sent, for a test that does not know how many there are. */
    public boolean hasRun() {
        isAsked = true;
        return left <= 0;
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(before);
        logger.setAdditive(additive);
        if (!isAsked && left > 0) {
            throw new AssertionError(left + " statements too few were sent, so nothing was done before one of them");
        }
    }
}
