package dev.modelscan.storage.queries;

import java.util.Objects;
import java.util.function.Function;
import org.jooq.Function1;
import org.jooq.Function10;
import org.jooq.Function11;
import org.jooq.Function12;
import org.jooq.Function13;
import org.jooq.Function14;
import org.jooq.Function15;
import org.jooq.Function16;
import org.jooq.Function17;
import org.jooq.Function18;
import org.jooq.Function19;
import org.jooq.Function2;
import org.jooq.Function20;
import org.jooq.Function21;
import org.jooq.Function22;
import org.jooq.Function3;
import org.jooq.Function4;
import org.jooq.Function5;
import org.jooq.Function6;
import org.jooq.Function7;
import org.jooq.Function8;
import org.jooq.Function9;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Record10;
import org.jooq.Record11;
import org.jooq.Record12;
import org.jooq.Record13;
import org.jooq.Record14;
import org.jooq.Record15;
import org.jooq.Record16;
import org.jooq.Record17;
import org.jooq.Record18;
import org.jooq.Record19;
import org.jooq.Record2;
import org.jooq.Record20;
import org.jooq.Record21;
import org.jooq.Record22;
import org.jooq.Record3;
import org.jooq.Record4;
import org.jooq.Record5;
import org.jooq.Record6;
import org.jooq.Record7;
import org.jooq.Record8;
import org.jooq.Record9;
import org.jspecify.annotations.Nullable;

/**
 * What a row becomes: {@code into(Backlog::new)} for a select of two columns, whose types the constructor takes
 * in that order. The compiler compares the two. A column that may be null gives null.
 *
 * @param <X> the type of the row, such as {@code Record2<String, Integer>}
 * @param <R> what it becomes
 * @since 0.1.0
 */
@SuppressWarnings("UnusedTypeParameter") // It ties the function to the select list.
public final class Into<X extends Record, R> {

    private final Function<@Nullable Object[], R> function;

    private Into(Object given, Function<@Nullable Object[], R> function) {
        Objects.requireNonNull(given, "function");
        this.function = function;
    }

    /** Applies it to the values of a row, in the order of the select list. */
    public R apply(@Nullable Object[] values) {
        Objects.requireNonNull(values, "values");
        return function.apply(values);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"
    }) // The type of the row says what is at each position.
    private static <T> T at(@Nullable Object[] values, int index) {
        return (T) values[index];
    }

    /** From 1 column. */
    public static <A, Z> Into<Record1<A>, Z> into(Function1<A, Z> function) {
        return new Into<>(function, v -> function.apply(at(v, 0)));
    }

    /** From 2 columns. */
    public static <A, B, Z> Into<Record2<A, B>, Z> into(Function2<A, B, Z> function) {
        return new Into<>(function, v -> function.apply(at(v, 0), at(v, 1)));
    }

    /** From 3 columns. */
    public static <A, B, C, Z> Into<Record3<A, B, C>, Z> into(Function3<A, B, C, Z> function) {
        return new Into<>(function, v -> function.apply(at(v, 0), at(v, 1), at(v, 2)));
    }

    /** From 4 columns. */
    public static <A, B, C, D, Z> Into<Record4<A, B, C, D>, Z> into(Function4<A, B, C, D, Z> function) {
        return new Into<>(function, v -> function.apply(at(v, 0), at(v, 1), at(v, 2), at(v, 3)));
    }

    /** From 5 columns. */
    public static <A, B, C, D, E, Z> Into<Record5<A, B, C, D, E>, Z> into(Function5<A, B, C, D, E, Z> function) {
        return new Into<>(function, v -> function.apply(at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4)));
    }

    /** From 6 columns. */
    public static <A, B, C, D, E, F, Z> Into<Record6<A, B, C, D, E, F>, Z> into(
            Function6<A, B, C, D, E, F, Z> function) {
        return new Into<>(function, v -> function.apply(at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5)));
    }

    /** From 7 columns. */
    public static <A, B, C, D, E, F, G, Z> Into<Record7<A, B, C, D, E, F, G>, Z> into(
            Function7<A, B, C, D, E, F, G, Z> function) {
        return new Into<>(
                function, v -> function.apply(at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6)));
    }

    /** From 8 columns. */
    public static <A, B, C, D, E, F, G, H, Z> Into<Record8<A, B, C, D, E, F, G, H>, Z> into(
            Function8<A, B, C, D, E, F, G, H, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7)));
    }

    /** From 9 columns. */
    public static <A, B, C, D, E, F, G, H, I, Z> Into<Record9<A, B, C, D, E, F, G, H, I>, Z> into(
            Function9<A, B, C, D, E, F, G, H, I, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8)));
    }

    /** From 10 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, Z> Into<Record10<A, B, C, D, E, F, G, H, I, J>, Z> into(
            Function10<A, B, C, D, E, F, G, H, I, J, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9)));
    }

    /** From 11 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, Z> Into<Record11<A, B, C, D, E, F, G, H, I, J, K>, Z> into(
            Function11<A, B, C, D, E, F, G, H, I, J, K, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10)));
    }

    /** From 12 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, Z> Into<Record12<A, B, C, D, E, F, G, H, I, J, K, L>, Z> into(
            Function12<A, B, C, D, E, F, G, H, I, J, K, L, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11)));
    }

    /** From 13 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, Z>
            Into<Record13<A, B, C, D, E, F, G, H, I, J, K, L, M>, Z> into(
                    Function13<A, B, C, D, E, F, G, H, I, J, K, L, M, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12)));
    }

    /** From 14 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, Z>
            Into<Record14<A, B, C, D, E, F, G, H, I, J, K, L, M, N>, Z> into(
                    Function14<A, B, C, D, E, F, G, H, I, J, K, L, M, N, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13)));
    }

    /** From 15 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, Z>
            Into<Record15<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O>, Z> into(
                    Function15<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14)));
    }

    /** From 16 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Z>
            Into<Record16<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>, Z> into(
                    Function16<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14), at(v, 15)));
    }

    /** From 17 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, Z>
            Into<Record17<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q>, Z> into(
                    Function17<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14), at(v, 15), at(v, 16)));
    }

    /** From 18 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, Z>
            Into<Record18<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R>, Z> into(
                    Function18<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14), at(v, 15), at(v, 16),
                        at(v, 17)));
    }

    /** From 19 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, Z>
            Into<Record19<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S>, Z> into(
                    Function19<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14), at(v, 15), at(v, 16),
                        at(v, 17), at(v, 18)));
    }

    /** From 20 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, Z>
            Into<Record20<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T>, Z> into(
                    Function20<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14), at(v, 15), at(v, 16),
                        at(v, 17), at(v, 18), at(v, 19)));
    }

    /** From 21 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, Z>
            Into<Record21<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U>, Z> into(
                    Function21<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14), at(v, 15), at(v, 16),
                        at(v, 17), at(v, 18), at(v, 19), at(v, 20)));
    }

    /** From 22 columns. */
    public static <A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, Z>
            Into<Record22<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V>, Z> into(
                    Function22<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, Z> function) {
        return new Into<>(
                function,
                v -> function.apply(
                        at(v, 0), at(v, 1), at(v, 2), at(v, 3), at(v, 4), at(v, 5), at(v, 6), at(v, 7), at(v, 8),
                        at(v, 9), at(v, 10), at(v, 11), at(v, 12), at(v, 13), at(v, 14), at(v, 15), at(v, 16),
                        at(v, 17), at(v, 18), at(v, 19), at(v, 20), at(v, 21)));
    }
}
