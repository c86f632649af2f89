package dev.modelscan.storage;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.modelscan.storage.internal.dsl.Bindings;
import dev.modelscan.storage.schema.DefaultSchema;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jooq.Binding;
import org.jooq.Converter;
import org.jooq.Field;
import org.jooq.Table;

/**
 * How columns of generated tables become the library's types: for the code that {@link
 * dev.modelscan.storage.codegen.StorageDatabase} has jOOQ generate, and for forced types of the
 * application's own.
 *
 * @since 0.1.0
 */
public final class ColumnTypes {

    private static final String PACKAGES = ColumnTypes.class.getPackageName() + ".";

    private ColumnTypes() {}

    /**
     * Converts a text column to one of the library's ids, statuses or content types.
     *
     * @throws IllegalArgumentException for any other type
     */
    @SuppressWarnings("unchecked") // A column of the public packages' types is stored as text.
    public static <T> Converter<String, T> of(Class<T> type) {
        Objects.requireNonNull(type, "type");
        // Those of JSON, lists and times are bindings, which differ between engines.
        return (Converter<String, T>) DefaultSchema.DEFAULT_SCHEMA
                .tableStream()
                .flatMap(Table::fieldStream)
                .filter(field ->
                        field.getType() == type && type.getPackageName().startsWith(PACKAGES))
                .findFirst()
                .map(Field::getConverter)
                .orElseThrow(() -> new IllegalArgumentException(type.getName()
                        + " is not an id, status or content type of the library's; use json(), strings() or instant(), or a"
                        + " converter of your own"));
    }

    /** JSON: text on SQLite, {@code jsonb} on PostgreSQL. */
    public static Binding<String, Json> json() {
        return Bindings.json();
    }

    /**
     * JSON as a type of the application's own, such as a record; {@link Json#as(Class)} says how it is read. A row
     * whose JSON does not fit the type fails when it is read, with an exception that names the place in the JSON.
     */
    public static <T> Binding<String, T> json(Class<T> type) {
        return json(type, JacksonMapper.STANDARD);
    }

    /** {@link #json(Class)} for a generic type: {@code json(new TypeReference<List<Finding>>() {})}. */
    public static <T> Binding<String, T> json(TypeReference<T> type) {
        return json(type, JacksonMapper.STANDARD);
    }

    /** {@link #json(Class)} through a mapper of the application's own. */
    public static <T> Binding<String, T> json(Class<T> type, JsonMapper mapper) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(mapper, "mapper");
        return Bindings.json(type, json -> json.as(type, mapper), value -> Json.of(value, mapper));
    }

    /** {@link #json(TypeReference)} through a mapper of the application's own. */
    @SuppressWarnings("unchecked") // The raw class of the type.
    public static <T> Binding<String, T> json(TypeReference<T> type, JsonMapper mapper) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(mapper, "mapper");
        Class<T> raw =
                (Class<T>) TypeFactory.defaultInstance().constructType(type).getRawClass();
        return Bindings.json(raw, json -> json.as(type, mapper), value -> Json.of(value, mapper));
    }

    /** A JSON array of strings: text on SQLite, {@code jsonb} on PostgreSQL. */
    public static Binding<String, List<String>> strings() {
        return Bindings.strings();
    }

    /** A time to the microsecond: text on SQLite, {@code timestamptz} on PostgreSQL. */
    public static Binding<String, Instant> instant() {
        return Bindings.instant();
    }
}
