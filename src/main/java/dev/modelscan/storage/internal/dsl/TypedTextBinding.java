package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.codec.TextFormat;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.values.Excerpt;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Types;
import java.time.Instant;
import org.jooq.Binding;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingGetSQLInputContext;
import org.jooq.BindingGetStatementContext;
import org.jooq.BindingRegisterContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetSQLOutputContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.Scope;
import org.jooq.conf.ParamType;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Sends values as text to every engine. An engine whose column has a type casts the text to it; the others
 * store the text. Times go as the engine's dialect binds them.
 *
 * @param <U> the type in Java
 */
final class TypedTextBinding<U> implements Binding<String, U> {

    private static final long serialVersionUID = 1L;
    private static final int MOST_SHOWN = 60;

    private final transient TextFormat<U> format;
    private final Converter<String, U> converter;

    TypedTextBinding(TextFormat<U> format) {
        this.format = format;
        this.converter = Converter.ofNullable(String.class, format.type(), this::given, format.encode());
    }

    /**
     * Decodes a text that does not come through {@link #get}: jOOQ converts what {@code loadCSV} is given, and what a
     * {@code multiset} read. Nothing tells them apart, so the message fits both.
     */
    private U given(String text) {
        try {
            return format.decode().apply(text);
        } catch (CorruptDatabaseException e) {
            throw new InvalidDataException(
                    "query",
                    null,
                    isTime() ? "time" : "value",
                    '"' + Excerpt.of(text, MOST_SHOWN) + "\", given or stored, "
                            + (isTime() ? "is not of the form " + Formats.EXAMPLE_OF_INSTANT : "cannot be read"),
                    e);
        }
    }

    @Override
    public Converter<String, U> converter() {
        return converter;
    }

    /** Whether the values are times; if not, they are JSON. */
    boolean isTime() {
        return format.type() == Instant.class;
    }

    /** The column's type; null if the engine stores the text. */
    private @Nullable String columnType(Scope context) {
        Expressions expressions = Engines.expressions(context);
        return isTime() ? expressions.timeType() : expressions.jsonType();
    }

    @Override
    public void sql(BindingSQLContext<U> context) {
        String type = columnType(context);
        context.render().sql(type == null ? "" : "cast(");
        if (context.render().paramType() == ParamType.INLINED) {
            context.render().visit(DSL.inline(context.convert(converter).value()));
        } else {
            context.render().sql(context.variable());
        }
        context.render().sql(type == null ? "" : " as " + type + ")");
    }

    @Override
    public void register(BindingRegisterContext<U> context) throws SQLException {
        context.statement().registerOutParameter(context.index(), Types.VARCHAR);
    }

    @Override
    public void set(BindingSetStatementContext<U> context) throws SQLException {
        // Also checks the range of a time.
        String text = context.convert(converter).value();
        if (isTime()) {
            Engines.dialect(context).bindTime(context.statement(), context.index(), (Instant) context.value());
        } else if (text == null) {
            context.statement().setNull(context.index(), Types.VARCHAR);
        } else {
            context.statement().setString(context.index(), text);
        }
    }

    @Override
    public void get(BindingGetResultSetContext<U> context) throws SQLException {
        if (isTime()) {
            Instant time = Engines.dialect(context).time(context.resultSet(), context.index());
            context.value(time == null ? null : format.type().cast(time));
            return;
        }
        String text = context.resultSet().getString(context.index());
        context.value(text == null ? null : format.decode().apply(text));
    }

    @Override
    public void get(BindingGetStatementContext<U> context) throws SQLException {
        throw new SQLFeatureNotSupportedException("the schema has no procedures");
    }

    @Override
    public void set(BindingSetSQLOutputContext<U> context) throws SQLException {
        throw new SQLFeatureNotSupportedException("the schema has no types of its own");
    }

    @Override
    public void get(BindingGetSQLInputContext<U> context) throws SQLException {
        throw new SQLFeatureNotSupportedException("the schema has no types of its own");
    }
}
