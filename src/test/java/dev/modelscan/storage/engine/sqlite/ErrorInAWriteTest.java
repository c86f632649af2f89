package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.CancelledException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * An Error, such as OutOfMemoryError, may come between any two steps. The calls after it must still be right.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ErrorInAWriteTest {

    @TempDir
    Path directory;

    /** The Error of the test. */
    private static final class Struck extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** A log of the library's statements that throws when it is written to. */
    private static final class StrikingLog implements AutoCloseable {

        private final Logger logger = (Logger) LoggerFactory.getLogger("dev.modelscan.storage.sql");
        private final Level before = logger.getLevel();
        private final UnsynchronizedAppenderBase<ILoggingEvent> appender = new UnsynchronizedAppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                throw new Struck();
            }
        };

        StrikingLog() {
            appender.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
            appender.start();
            logger.addAppender(appender);
            logger.setLevel(Level.DEBUG);
        }

        @Override
        public void close() {
            logger.detachAppender(appender);
            logger.setLevel(before);
        }
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    private Database open() {
        return Database.builder()
                .path(directory.resolve("struck.db"))
                .readers(1)
                .queryTimeout(Duration.ofMillis(300))
                .open();
    }

    @Test
    void aBatchThatWasNotSentIsNoPartOfTheNextWrites() {
        try (Database db = open()) {
            Agent first = db.agents().create(agent("first"));
            try (StrikingLog log = new StrikingLog()) {
                assertThatThrownBy(() -> db.agents().createAll(List.of(agent("lost 1"), agent("lost 2"))))
                        .isInstanceOf(Struck.class);
            }
            Agent second = db.agents().create(agent("second"));
            assertThat(db.agents().find(second.id())).contains(second);
            List<Agent> more = db.agents().createAll(List.of(agent("third"), agent("fourth")));
            assertThat(db.agents().list(10, 0)).containsExactlyInAnyOrder(first, second, more.get(0), more.get(1));
        }
    }

    @Test
    void aStatementThatWasNotSentDoesNotKeepTheNextFromBeingStopped() {
        try (Database db = open()) {
            Agent agent = db.agents().create(agent("agent"));
            try (StrikingLog log = new StrikingLog()) {
                assertThatThrownBy(() -> db.agents().find(agent.id())).isInstanceOf(Struck.class);
            }
            assertThatThrownBy(() -> db.dsl()
                            .fetch("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000)"
                                    + " SELECT count(*) FROM n"))
                    .isInstanceOf(CancelledException.class);
            assertThat(db.agents().find(agent.id())).contains(agent);
        }
    }
}
