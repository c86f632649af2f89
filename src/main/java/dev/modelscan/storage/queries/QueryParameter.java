package dev.modelscan.storage.queries;

import org.jooq.Param;

/**
 * A named, typed value that a query takes at each run. Keep it in a {@code static final} constant, beside the
 * query. {@link dev.modelscan.storage.StoredQueries} makes it. Do not implement this interface.
 *
 * @param <T> the type of the value
 * @since 0.1.0
 */
public interface QueryParameter<T> {

    /** The name, which is unique among the parameters of a query. */
    String name();

    /** The parameter in an expression, such as {@code TASKS.STATUS.eq(STATUS.param())}. */
    Param<T> param();
}
