package dev.modelscan.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How Java values become JSON and come back, for {@link Json#of(Object, JsonMapper)}, {@link Json#as(Class,
 * JsonMapper)} and {@link ColumnTypes#json(Class, JsonMapper)}. A caller who wants other rules than the library's gives
 * one: with {@link #jackson}, or with a few lines over a library of his own. It has to be thread-safe.
 *
 * <p>It is given to the call, and not to the database: a {@link Json} is a value, made and read without one.
 *
 * @since 0.1.0
 */
public interface JsonMapper {

    /**
     * The value as JSON. The library checks the text.
     *
     * @throws IOException if it cannot be written; so may any unchecked exception say
     */
    String write(Object value) throws IOException;

    /**
     * The value of JSON that is valid.
     *
     * @param type a class, or a generic type as reflection has it
     * @return an instance of the type; null is refused
     * @throws IOException if it does not fit the type; so may any unchecked exception say
     */
    @Nullable
    Object read(String json, Type type) throws IOException;

    /** Jackson 2, with the modules and rules of the caller's mapper. */
    static JsonMapper jackson(ObjectMapper mapper) {
        return new JacksonMapper(Objects.requireNonNull(mapper, "mapper"));
    }
}
