package dev.modelscan.storage.internal.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SQL of the search index, from files beside the migrations. {@code create}, {@code drop} and {@code state} are on both
 * engines. SQLite fills the index with {@code documents}, {@code tables} and {@code words}, PostgreSQL by {@code create}. {@code messages} and {@code tools}
 * find ids by words. {@code {schema}} in a file is the schema with a dot, or nothing.
 */
public final class SearchScripts {

    /** The {@link #state} of an index that is whole. */
    public static final int WHOLE = 100;

    /** The rows of a table between two calls of a listener. */
    private static final long ROWS = 10_000;

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

    /** The text of a file, for the session's schema. */
    public static String of(Session session, String name) {
        String schema = session.schema() == null ? "" : session.schema() + ".";
        return text(session.dialect(), name)
                .replace("'{schema}", '\'' + schema.replace("'", "''"))
                .replace("{schema}", schema);
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

    /** Is told how far the making of the index has come. */
    public interface Progress {
        void at(long done, long total);
    }

    /** Makes the index from the rows, after what there is of it is dropped. Only SQLite tells of progress. */
    public static void make(Session session, Progress progress) throws SQLException {
        run(session, "drop");
        run(session, "create");
        if (session.dialect().hasSchemas()) {
            return;
        }
        Map<String, Long> tables = new LinkedHashMap<>();
        try (Statement statement = session.connection().createStatement()) {
            statement.executeUpdate(of(session, "documents"));
            try (ResultSet rows = statement.executeQuery(of(session, "tables"))) {
                while (rows.next()) {
                    tables.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        long total = tables.values().stream().mapToLong(Long::longValue).sum();
        long done = 0;
        try (PreparedStatement words = session.connection().prepareStatement(of(session, "words"))) {
            for (Map.Entry<String, Long> table : tables.entrySet()) {
                for (long from = 0; from < table.getValue(); from += ROWS) {
                    progress.at(done + from, total);
                    words.setString(1, table.getKey());
                    words.setLong(2, from);
                    words.setLong(3, from + ROWS);
                    words.executeUpdate();
                }
                done += table.getValue();
            }
        }
        progress.at(total, total);
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
