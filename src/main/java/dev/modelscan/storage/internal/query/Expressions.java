package dev.modelscan.storage.internal.query;

import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.VisitContext;
import org.jspecify.annotations.Nullable;

/**
 * An engine's SQL for what jOOQ cannot say. Every engine gives the same answers. A stored time is what a
 * column {@code *_at} holds; all expressions are null if one of their operands is.
 */
public interface Expressions {

    /**
     * The type of a column with times, to which parameters are cast; null if times are text, as SQLite stores
     * them.
     */
    default @Nullable String timeType() {
        return null;
    }

    /** The type of a column with JSON, to which parameters are cast; null if JSON is text. */
    default @Nullable String jsonType() {
        return null;
    }

    /** A stored time as the text that SQLite stores: {@code 2026-01-31T12:00:00.000000Z}. */
    default QueryPart timeText(Field<?> time) {
        return time;
    }

    /** Stored JSON as text. */
    default QueryPart jsonText(Field<?> json) {
        return json;
    }

    /** The time of the database's clock when the statement began, as a stored time. */
    QueryPart now();

    /** Whole microseconds from 1970 to a stored time, exactly. 64 bits. */
    QueryPart micros(Field<?> time);

    /** Whole seconds from 1970 to a stored time, rounded down. 64 bits. */
    QueryPart seconds(Field<?> time);

    /**
     * The stored time so many seconds after 1970, and microseconds after that. Both may be negative for times
     * before 1970.
     */
    QueryPart time(Field<Long> seconds, Field<Long> micros);

    /**
     * Whole months from January 2000 to the month of a day, given as 0 to 146,096 days after 1 January 2000.
     * 64 bits.
     */
    QueryPart months(Field<Long> days);

    /** The texts of a JSON array as a table whose one column is named {@code value}. */
    QueryPart elements(Field<String> array);

    /** Whether a JSON object has a member of that name whose value is that text. The name is no path. */
    QueryPart hasMember(Field<?> object, Field<String> name, Field<String> text);

    /** What a text with all of these terms is asked for with, as a value for the scripts of the search index. */
    String searchMatch(List<SearchTerm> terms);

    /** A condition with another that follows from it, if the engine's planner needs to be told both. */
    default Condition withHint(Condition condition, Condition hint) {
        return condition;
    }

    /** Whether queries may have arrays. */
    default boolean hasArrays() {
        return false;
    }

    /** The types of the parts about which {@link #sameAnswer} is asked. */
    List<Class<?>> takenDifferently();

    /**
     * What to render in the place of a part that jOOQ renders alike on all engines, and that this one may
     * take differently; null to render it as it is. {@code docs/analytics.md} lists what is made equal.
     */
    @Nullable
    QueryPart sameAnswer(QueryPart part, VisitContext context);
}
