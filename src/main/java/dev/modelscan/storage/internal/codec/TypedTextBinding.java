package dev.modelscan.storage.internal.codec;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jooq.Binding;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingGetSQLInputContext;
import org.jooq.BindingGetStatementContext;
import org.jooq.BindingRegisterContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetSQLOutputContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.SQLDialect;
import org.jooq.conf.ParamType;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Sends values as text to every engine. PostgreSQL casts the text to a type of its own; the other engines
 * store the text.
 *
 * @param <U> the type in Java
 */
final class TypedTextBinding<U> implements Binding<String, U> {

    private static final long serialVersionUID = 1L;

    private final transient TextFormat<U> format;
    private final String postgresType;
    private final Converter<String, U> converter;

    TypedTextBinding(TextFormat<U> format, String postgresType) {
        this.format = format;
        this.postgresType = postgresType;
        this.converter = Converter.ofNullable(String.class, format.type(), format.decode(), format.encode());
    }

    @Override
    public Converter<String, U> converter() {
        return converter;
    }

    @Override
    public void sql(BindingSQLContext<U> context) {
        boolean cast = context.family() == SQLDialect.POSTGRES;
        context.render().sql(cast ? "cast(" : "");
        if (context.render().paramType() == ParamType.INLINED) {
            context.render().visit(DSL.inline(context.convert(converter).value()));
        } else {
            context.render().sql(context.variable());
        }
        context.render().sql(cast ? " as " + postgresType + ")" : "");
    }

    @Override
    public void register(BindingRegisterContext<U> context) throws SQLException {
        context.statement().registerOutParameter(context.index(), Types.VARCHAR);
    }

    @Override
    public void set(BindingSetStatementContext<U> context) throws SQLException {
        boolean time = context.family() == SQLDialect.POSTGRES && format.type() == Instant.class;
        String text = context.convert(converter).value();
        if (text == null) {
            context.statement().setNull(context.index(), time ? Types.TIMESTAMP_WITH_TIMEZONE : Types.VARCHAR);
        } else if (time && context.value() instanceof Instant instant) {
            // The text of a time has a year 0, which PostgreSQL calls 1 BC.
            context.statement().setObject(context.index(), instant.atOffset(ZoneOffset.UTC));
        } else {
            context.statement().setString(context.index(), text);
        }
    }

    @Override
    public void get(BindingGetResultSetContext<U> context) throws SQLException {
        context.value(read(context.resultSet(), context.index(), context.family()));
    }

    /** PostgreSQL's text of a time depends on the session's time zone and style; its typed value does not. */
    private @Nullable U read(ResultSet rows, int column, SQLDialect family) throws SQLException {
        if (family == SQLDialect.POSTGRES && format.type() == Instant.class) {
            OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
            return time == null ? null : format.type().cast(time.toInstant());
        }
        String text = rows.getString(column);
        return text == null ? null : format.decode().apply(text);
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
