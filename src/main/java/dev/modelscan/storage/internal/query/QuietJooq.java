package dev.modelscan.storage.internal.query;

import java.lang.reflect.Field;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.Log;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.tools.JooqLogger;
import org.jooq.tools.jdbc.MockConnection;
import org.jooq.tools.jdbc.MockResult;

/**
 * Keeps what jOOQ logs once per JVM out of the host's log: a banner and a tip at the first rendering, and the
 * database's version at the first execution. Every setting changed for this is restored at once.
 */
final class QuietJooq {

    /** A dialect whose versions jOOQ knows. With another one, its next execution would log them. */
    private static final String VERSIONED = "H2";

    private QuietJooq() {}

    /** Makes jOOQ render and execute for the first time. */
    static void start() {
        renderQuietly();
        executeQuietly();
    }

    /** Two system properties turn off the banner and the tip. Values that the host has set are kept. */
    private static void renderQuietly() {
        List<String> unset = Stream.of("org.jooq.no-logo", "org.jooq.no-tips")
                .filter(property -> System.getProperty(property) == null)
                .toList();
        unset.forEach(property -> System.setProperty(property, "true"));
        try {
            DSL.using(SQLDialect.DEFAULT).render(DSL.inline(1));
        } finally {
            unset.forEach(System::clearProperty);
        }
    }

    /** jOOQ logs the version at the first execution. This one reaches no database. */
    private static void executeQuietly() {
        try {
            Field threshold = JooqLogger.class.getDeclaredField("globalThreshold");
            threshold.setAccessible(true);
            Object before = threshold.get(null);
            threshold.set(null, Log.Level.WARN);
            try {
                DSL.using(new MockConnection(context -> new MockResult[0]), SQLDialect.valueOf(VERSIONED))
                        .execute("SELECT 1");
            } catch (DataAccessException e) {
                // The mock connection has no result.
            } finally {
                threshold.set(null, before);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // jOOQ logs the version then.
        }
    }
}
