package dev.modelscan.storage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.lang.reflect.Type;
import java.net.URI;
import java.util.Locale;

/**
 * A mapper of Jackson's.
 *
 * @param mapper thread-safe once it is configured
 */
record JacksonMapper(ObjectMapper mapper) implements JsonMapper {

    /** The library's own rules: what is not the same value in Java is refused, and nothing is converted. */
    static final JsonMapper STANDARD = new JacksonMapper(standard());

    private static ObjectMapper standard() {
        var builder = JsonText.MAPPER
                .rebuild()
                .addModule(new ExactNumbers())
                .addModule(new TextValues())
                .annotationIntrospector(new TextValues.Names())
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
        for (CoercionInputShape number : new CoercionInputShape[] {
            CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean
        }) {
            builder.withCoercionConfig(LogicalType.Textual, text -> text.setCoercion(number, CoercionAction.Fail));
        }
        // Jackson reads an empty text as null, but for the types of which it is a value.
        builder.withCoercionConfig(
                LogicalType.OtherScalar,
                scalar -> scalar.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail));
        for (Class<?> hasEmpty : new Class<?>[] {URI.class, Locale.class}) {
            builder.withCoercionConfig(
                    hasEmpty, type -> type.setCoercion(CoercionInputShape.EmptyString, CoercionAction.AsEmpty));
        }
        return builder.build();
    }

    @Override
    public String write(Object value) throws IOException {
        return mapper.writeValueAsString(value);
    }

    @Override
    public Object read(String json, Type type) throws IOException {
        return mapper.readValue(json, mapper.constructType(type));
    }
}
