package dev.modelscan.storage.internal.query;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** The operands from which an expression takes its value. */
public final class Operands {

    private interface Reader extends Function<Field<?>, Stream<? extends @Nullable Field<?>>> {}

    private static final Map<Class<?>, Reader> READERS = Map.ofEntries(
            Map.entry(QOM.FieldAlias.class, field -> Stream.of(((QOM.FieldAlias<?>) field).$aliased())),
            Map.entry(QOM.Coalesce.class, field -> ((QOM.Coalesce<?>) field).$arg1().stream()),
            Map.entry(QOM.Greatest.class, field -> ((QOM.Greatest<?>) field).$arg1().stream()),
            Map.entry(QOM.Least.class, field -> ((QOM.Least<?>) field).$arg1().stream()),
            Map.entry(QOM.Nvl.class, field -> {
                QOM.Nvl<?> nvl = (QOM.Nvl<?>) field;
                return Stream.of(nvl.$value(), nvl.$defaultValue());
            }),
            Map.entry(QOM.Nvl2.class, field -> {
                QOM.Nvl2<?> nvl2 = (QOM.Nvl2<?>) field;
                return Stream.of(nvl2.$ifNotNull(), nvl2.$ifIfNull());
            }),
            Map.entry(QOM.Iif.class, field -> {
                QOM.Iif<?> iif = (QOM.Iif<?>) field;
                return Stream.of(iif.$ifTrue(), iif.$ifFalse());
            }),
            Map.entry(QOM.Nullif.class, field -> {
                QOM.Nullif<?> nullif = (QOM.Nullif<?>) field;
                return Stream.of(nullif.$value(), nullif.$other());
            }),
            Map.entry(QOM.CaseSearched.class, field -> {
                QOM.CaseSearched<?> searched = (QOM.CaseSearched<?>) field;
                return Stream.concat(
                        searched.$when().stream().map(when -> when.$2()), Stream.ofNullable(searched.$else()));
            }),
            Map.entry(QOM.CaseSimple.class, field -> {
                QOM.CaseSimple<?, ?> simple = (QOM.CaseSimple<?, ?>) field;
                return Stream.concat(simple.$when().stream().map(when -> when.$2()), Stream.ofNullable(simple.$else()));
            }),
            Map.entry(QOM.Lag.class, field -> {
                QOM.Lag<?> lag = (QOM.Lag<?>) field;
                return Stream.of(lag.$field(), lag.$defaultValue());
            }),
            Map.entry(QOM.Lead.class, field -> {
                QOM.Lead<?> lead = (QOM.Lead<?>) field;
                return Stream.of(lead.$field(), lead.$defaultValue());
            }));

    /** Found once for each class: jOOQ's types are interfaces, and asking each field for all costs more than rendering. */
    private static final ClassValue<Optional<Reader>> READER = new ClassValue<>() {
        @Override
        protected Optional<Reader> computeValue(Class<?> type) {
            return READERS.entrySet().stream()
                    .filter(reader -> reader.getKey().isAssignableFrom(type))
                    .map(Map.Entry::getValue)
                    .findFirst();
        }
    };

    private Operands() {}

    /**
     * The values of which an expression returns one, or which it compares; empty if it computes its own
     * value.
     */
    public static List<Field<?>> of(Field<?> field) {
        return READER.get(field.getClass())
                .<List<Field<?>>>map(
                        reader -> reader.apply(field).filter(Objects::nonNull).collect(Collectors.toUnmodifiableList()))
                .orElse(List.of());
    }
}
