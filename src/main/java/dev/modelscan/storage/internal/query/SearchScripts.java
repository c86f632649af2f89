package dev.modelscan.storage.internal.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SQL about the search index, which is in files beside the migrations: {@code create}, {@code drop}, {@code state},
 * and the ids of the {@code messages} and {@code tools} that have some words. In them {@code {schema}} is the schema with
 * a dot, or nothing.
 */
public final class SearchScripts {

    /** The {@link #state} of an index that is whole. */
    public static final int WHOLE = 100;

    private static final Logger SQL = LoggerFactory.getLogger("dev.modelscan.storage.sql");
    private static final String FOLDER = "dev/modelscan/storage/migration/search/";
    private static final Map<String, String> LOADED = new ConcurrentHashMap<>();

    private SearchScripts() {}

    /** The text of a file, with its placeholders. */
    public static String text(Dialect dialect, String name) {
        return loaded(FOLDER + dialect.name() + "/" + name + ".sql");
    }

    /** The text of a file of SQL on the class path. */
    static String loaded(String path) {
        return LOADED.computeIfAbsent(path, SearchScripts::load);
    }

    private static String load(String file) {
        try (InputStream stream =
                Objects.requireNonNull(SearchScripts.class.getClassLoader().getResourceAsStream(file), file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the library's SQL cannot be read from the class path", e);
        }
    }

    private static String of(Session session, String name) {
        String schema = session.schema() == null ? "" : session.schema() + ".";
        return text(session.dialect(), name).replace("{schema}", schema);
    }

    /** Runs all statements of a file. */
    public static void run(Session session, String name) throws SQLException {
        String sql = of(session, name);
        SQL.debug("search/{}", name);
        // SQLite does not count definitions as changes.
        session.runsCallersSql();
        try (Statement statement = session.connection().createStatement()) {
            // The drivers split the text into statements, as they do with migrations.
            statement.executeUpdate(sql);
        }
    }

    /** How much of the index there is, in percent. */
    public static int state(Session session) throws SQLException {
        String sql = of(session, "state");
        SQL.debug("search/state");
        try (Statement statement = session.connection().createStatement()) {
            session.running().begin();
            try (ResultSet rows = statement.executeQuery(sql)) {
                rows.next();
                return rows.getInt(1);
            } finally {
                session.running().end();
            }
        }
    }

    /**
     * Whether a key is among those that a file finds.
     *
     * @param match what {@link Expressions#searchMatch} made
     * @param phrases what a row's text must have, separated by bars
     */
    public static Condition finds(Dialect dialect, String name, Field<?> key, String match, String phrases) {
        String sql = text(dialect, name)
                .strip()
                .replace("{schema}", "{1}")
                .replace("{match}", "{2}")
                .replace("{phrases}", "{3}");
        String schema = dialect.hasSchemas() ? RenderedQuery.SCHEMA + "." : "";
        return DSL.condition("{0} in (" + sql + ")", key, DSL.raw(schema), DSL.val(match), DSL.val(phrases));
    }
}
