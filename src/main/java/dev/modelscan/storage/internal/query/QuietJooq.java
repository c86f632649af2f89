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
 * Keeps out of the host's log what jOOQ says once in each JVM: a banner and a tip when it first renders, and the database's
 * version when it first executes. All that is set for this is as it was again, a moment later.
 */
final class QuietJooq {

    private QuietJooq() {}

    /** Has jOOQ do both for the first time. */
    static void start() {
        renderQuietly();
        executeQuietly();
    }

    /** Two properties of the system tell it to leave out its greeting. What the host has set is left alone. */
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

    /** The version is said once, by whichever execution is the first; this one reaches no database. */
    private static void executeQuietly() {
        try {
            Field threshold = JooqLogger.class.getDeclaredField("globalThreshold");
            threshold.setAccessible(true);
            Object before = threshold.get(null);
            threshold.set(null, Log.Level.WARN);
            try {
                DSL.using(new MockConnection(context -> new MockResult[0]), SQLDialect.SQLITE)
                        .execute("SELECT 1");
            } catch (DataAccessException e) {
                // Nothing was to be read.
            } finally {
                threshold.set(null, before);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Then it is said.
        }
    }
}
