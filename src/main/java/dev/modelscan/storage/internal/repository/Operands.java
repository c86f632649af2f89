package dev.modelscan.storage.internal.repository;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** The operands from which an expression takes its value. */
final class Operands {

    private Operands() {}

    /** Whether a class is one that is looked at below; asking a field for each costs more than rendering it does. */
    private static final ClassValue<Boolean> HAS_OPERANDS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return Stream.<Class<?>>of(
                            QOM.FieldAlias.class,
                            QOM.Coalesce.class,
                            QOM.Greatest.class,
                            QOM.Least.class,
                            QOM.Nvl.class,
                            QOM.Nvl2.class,
                            QOM.Iif.class,
                            QOM.Nullif.class,
                            QOM.CaseSearched.class,
                            QOM.CaseSimple.class,
                            QOM.Lag.class,
                            QOM.Lead.class)
                    .anyMatch(looked -> looked.isAssignableFrom(type));
        }
    };

    /**
     * The values of which an expression returns one, or which it compares; empty if it computes its own
     * value.
     */
    static List<Field<?>> of(Field<?> field) {
        if (!HAS_OPERANDS.get(field.getClass())) {
            return List.of();
        }
        List<@Nullable Field<?>> values = new ArrayList<>();
        if (field instanceof QOM.FieldAlias<?> alias) {
            values.add(alias.$aliased());
        } else if (field instanceof QOM.Coalesce<?> coalesce) {
            values.addAll(coalesce.$arg1());
        } else if (field instanceof QOM.Greatest<?> greatest) {
            values.addAll(greatest.$arg1());
        } else if (field instanceof QOM.Least<?> least) {
            values.addAll(least.$arg1());
        } else if (field instanceof QOM.Nvl<?> nvl) {
            values.addAll(List.of(nvl.$value(), nvl.$defaultValue()));
        } else if (field instanceof QOM.Nvl2<?> nvl2) {
            values.addAll(List.of(nvl2.$ifNotNull(), nvl2.$ifIfNull()));
        } else if (field instanceof QOM.Iif<?> iif) {
            values.addAll(List.of(iif.$ifTrue(), iif.$ifFalse()));
        } else if (field instanceof QOM.Nullif<?> nullif) {
            values.addAll(List.of(nullif.$value(), nullif.$other()));
        } else if (field instanceof QOM.CaseSearched<?> searched) {
            searched.$when().forEach(when -> values.add(when.$2()));
            values.add(searched.$else());
        } else if (field instanceof QOM.CaseSimple<?, ?> simple) {
            simple.$when().forEach(when -> values.add(when.$2()));
            values.add(simple.$else());
        } else if (field instanceof QOM.Lag<?> lag) {
            values.add(lag.$field());
            values.add(lag.$defaultValue());
        } else if (field instanceof QOM.Lead<?> lead) {
            values.add(lead.$field());
            values.add(lead.$defaultValue());
        }
        List<Field<?>> present = new ArrayList<>();
        for (Field<?> value : values) {
            if (value != null) {
                present.add(value);
            }
        }
        return present;
    }
}
