package dev.modelscan.storage.internal.observation;

import dev.modelscan.storage.internal.engine.CommitGroups;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Store.TransactionBody;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.metrics.Operation;
import dev.modelscan.storage.metrics.Operation.Kind;
import dev.modelscan.storage.metrics.OperationListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One operation while it runs. Its work may run on another thread, which is done before the operation is. */
public final class Observation {

    private static final Logger LOG = LoggerFactory.getLogger(Observation.class);
    private static final String STATEMENT = "statement";
    // What a caller's text begins with can be anything, and a name of an operation has few values.
    private static final Set<String> VERBS = Set.of(
            "select",
            "insert",
            "update",
            "delete",
            "merge",
            "with",
            "values",
            "explain",
            "create",
            "alter",
            "drop",
            "truncate");

    /** A letter or a digit of a name. */
    private static final String LETTER = "\\w\\x{80}-\\x{10FFFF}";

    /**
     * What engines read in two ways, so the rest of the SQL may hold values: a comment inside a comment, an open quote inside
     * brackets, or a quote that is never closed.
     */
    private static final String UNCLEAR = "(?:/\\*|['\"`]|(?<![" + LETTER + "$])\\$[" + LETTER + "]*+\\$"
            + "|\\[(?!(?:[^]'\"`]|'[^]']*+'|\"[^]\"]*+\"|`[^]`]*+`)*+])).*";

    /**
     * A quoted name, a comment, or else a literal: text, also in the forms that only PostgreSQL has, or a number. An apostrophe in a name
     * or a comment begins no text. What is quoted is matched possessively: it may be too long for a step of the stack at each character.
     */
    private static final Pattern TOKEN = Pattern.compile(
            "(?<name>\"(?:[^\"]|\"\")*+\"|`[^`]*+`)|(?<comment>--[^\\n]*+|/\\*(?:[^*/]|\\*(?!/)|/(?!\\*))*+\\*/)"
                    + "|(?<!\\w)[eE]'(?:[^'\\\\]|\\\\.|'')*+'|'(?:[^']|'')*+'"
                    + "|(?<![" + LETTER + "$])\\$(?<tag>[" + LETTER + "]*+)\\$.*?\\$\\k<tag>\\$"
                    + "|(?<![\\w\"$.])\\.?\\d[\\w.]*|" + UNCLEAR,
            Pattern.DOTALL);

    private final Dialect dialect;
    private final List<OperationListener> told;
    private final Kind kind;
    private final @Nullable String entity;
    private final @Nullable String id;
    private final Instant startedAt = Instant.now();
    private final long start = System.nanoTime();
    private long waited = -1;
    private int attempts;
    private long rows;
    private @Nullable String name;
    private @Nullable String sql;
    private @Nullable String namespace;

    private Observation(
            Dialect dialect,
            List<OperationListener> listeners,
            Kind kind,
            @Nullable String entity,
            @Nullable String id) {
        this.dialect = dialect;
        this.kind = kind;
        this.entity = entity;
        this.id = id;
        this.told = new ArrayList<>(listeners.size());
        for (OperationListener listener : listeners) {
            OperationListener told = listener;
            try {
                told = listener.begins(dialect.name(), kind);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed at the start of a {}", kind, e);
            }
            this.told.add(told);
        }
    }

    /** Begins an operation. */
    public static Observation begin(Sessions sessions, Kind kind, @Nullable String entity, @Nullable String id) {
        return new Observation(sessions.dialect(), sessions.options().listeners(), kind, entity, id);
    }

    /** The call of an operation. */
    @FunctionalInterface
    public interface Call<T extends @Nullable Object, X extends Exception> {
        T run() throws X;
    }

    /** Runs the operation, and tells of it. */
    public <T extends @Nullable Object, X extends Exception> T of(Call<T, X> call) throws X {
        CommitGroups.begin();
        T result;
        try {
            result = call.run();
        } catch (Throwable t) {
            end(t);
            throw t;
        }
        end(null);
        return result;
    }

    /** The work, counted. */
    <T extends @Nullable Object> Work<T> watched(Work<T> work) {
        return session -> {
            began();
            Session.Tally outer = session.startTally();
            try {
                return work.run(session);
            } finally {
                note(session, session.endTally(outer));
            }
        };
    }

    /** The body of a transaction, counted. */
    public <T extends @Nullable Object, X extends Exception> TransactionBody<T, X> watchedBody(
            TransactionBody<T, X> body) {
        return session -> {
            began();
            namespace = session.schema();
            return body.run(session);
        };
    }

    private void began() {
        attempts++;
        if (waited < 0) {
            waited = System.nanoTime() - start;
        }
    }

    private void note(Session session, Session.Tally tally) {
        rows = tally.rows();
        name = tally.name();
        sql = tally.sql();
        namespace = session.schema();
    }

    /** Notes that jOOQ sends a statement. */
    void sends(String statement) {
        began();
        sql = statement;
        name = firstWord(statement);
    }

    /** Notes how many rows jOOQ read or wrote. */
    void moved(long count) {
        rows += count;
    }

    private static String firstWord(String sql) {
        String[] words = sql.strip().split("\\W+", 2);
        String word = words[0].toLowerCase(Locale.ROOT);
        return VERBS.contains(word) ? word : STATEMENT;
    }

    /** Comments go as well: they may hold anything. */
    private static String withoutValues(String sql) {
        return TOKEN.matcher(sql)
                .replaceAll(token -> token.group(1) != null
                        ? Matcher.quoteReplacement(token.group(1))
                        : token.group(2) != null ? " " : "?");
    }

    void end(@Nullable Throwable failure) {
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        Operation ended = new Operation(
                dialect.name(),
                namespace == null ? null : namespace.replace("\"", ""),
                kind,
                name != null ? name : kind == Kind.SQL ? STATEMENT : kind.name().toLowerCase(Locale.ROOT),
                entity,
                id,
                sql == null ? null : withoutValues(sql),
                startedAt,
                duration,
                waited < 0 ? duration : Duration.ofNanos(waited),
                rows,
                Math.max(0, attempts - 1),
                kind == Kind.WRITE || kind == Kind.TRANSACTION ? CommitGroups.last() : 0,
                failure);
        for (OperationListener listener : told) {
            try {
                listener.ended(ended);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed at {}", ended.name(), e);
            }
        }
    }
}
