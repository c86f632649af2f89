package dev.modelscan.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Converts Java values to JSON and back by other rules than the library's, for {@link Json#of(Object, JsonMapper)},
 * {@link Json#as(Class, JsonMapper)} and {@link ColumnTypes#json(Class, JsonMapper)}. {@link #jackson} makes one; you
 * can also implement one over another library. It has to be thread-safe.
 *
 * <p>Each call takes a mapper; a database has none.
 *
 * @since 0.1.0
 */
public interface JsonMapper {

    /**
     * The value as JSON. The library checks the text.
     *
     * @throws IOException if it cannot be written; it may also throw an unchecked exception
     */
    String write(Object value) throws IOException;

    /**
     * The value of JSON that is valid.
     *
     * @param type a class, or a generic type as reflection has it
     * @return an instance of the type; the library rejects null
     * @throws IOException if it does not fit the type; it may also throw an unchecked exception
     */
    @Nullable
    Object read(String json, Type type) throws IOException;

    /** Jackson 2, with the modules and rules of the caller's mapper. */
    static JsonMapper jackson(ObjectMapper mapper) {
        return new JacksonMapper(Objects.requireNonNull(mapper, "mapper"));
    }
}
