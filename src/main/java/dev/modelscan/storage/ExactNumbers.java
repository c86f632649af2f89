package dev.modelscan.storage;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a number only into a type that holds it. {@code 1.0} and {@code 1e0} are the same number, so both are an
 * {@code int}: PostgreSQL writes one for the other.
 */
final class ExactNumbers extends SimpleModule {

    private static final long serialVersionUID = 1L;

    /** The most decimal digits that tell one {@code double}, or {@code float}, from all others. */
    private static final int DIGITS_OF_DOUBLE = 17;

    private static final int DIGITS_OF_FLOAT = 9;

    ExactNumbers() {
        super("exact-numbers");
        add(byte.class, Byte.class, BigDecimal::byteValueExact);
        add(short.class, Short.class, BigDecimal::shortValueExact);
        add(int.class, Integer.class, BigDecimal::intValueExact);
        add(long.class, Long.class, BigDecimal::longValueExact);
        add(double.class, Double.class, ExactNumbers::toDouble);
        add(float.class, Float.class, ExactNumbers::toFloat);
        addDeserializer(BigInteger.class, new Exact<>(BigInteger.class, BigDecimal::toBigIntegerExact));
        addDeserializer(BigDecimal.class, new Exact<>(BigDecimal.class, number -> number));
    }

    @SuppressWarnings("unchecked") // The class of a primitive has the type of its wrapper.
    private <T> void add(Class<?> primitive, Class<T> wrapper, Function<BigDecimal, T> exact) {
        Exact<T> one = new Exact<>((Class<T>) primitive, exact);
        addDeserializer((Class<T>) primitive, one);
        addDeserializer(wrapper, new Exact<>(wrapper, exact));
        Class<Object> array = (Class<Object>) Array.newInstance(primitive, 0).getClass();
        addDeserializer(array, new ExactArray(array, one));
    }

    private static Double toDouble(BigDecimal number) {
        double value = number.doubleValue();
        requireSame(number, value, Double.toString(value), DIGITS_OF_DOUBLE);
        return value;
    }

    private static Float toFloat(BigDecimal number) {
        float value = number.floatValue();
        requireSame(number, value, Float.toString(value), DIGITS_OF_FLOAT);
        return value;
    }

    /**
     * The number has to be the value: exactly, or as Java writes it, or rounded to as many digits as the number
     * has. Other writers round; Java's digits are not always those of the rounded value.
     */
    private static void requireSame(BigDecimal number, double value, String written, int mostDigits) {
        boolean same = false;
        if (Double.isFinite(value)) {
            BigDecimal exact = new BigDecimal(value);
            int digits = number.stripTrailingZeros().precision();
            same = number.compareTo(new BigDecimal(written)) == 0
                    || number.compareTo(digits > mostDigits ? exact : exact.round(new MathContext(digits))) == 0;
        }
        if (!same) {
            throw new ArithmeticException("more digits, or a larger exponent, than the type holds");
        }
    }

    private static final class Exact<T> extends StdScalarDeserializer<T> {

        private static final long serialVersionUID = 1L;

        private final transient Function<BigDecimal, T> exact;

        Exact(Class<T> type, Function<BigDecimal, T> exact) {
            super(type);
            this.exact = exact;
        }

        @Override
        @SuppressWarnings("unchecked") // Jackson's methods for a wrong value only throw.
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.currentToken().isNumeric()) {
                return (T) context.handleUnexpectedToken(handledType(), parser);
            }
            BigDecimal number = parser.getDecimalValue();
            try {
                return exact.apply(number);
            } catch (ArithmeticException e) {
                return (T) context.handleWeirdNumberValue(handledType(), number, "not exact");
            }
        }

        @Override
        public @Nullable T getNullValue(DeserializationContext context) throws JsonMappingException {
            if (handledType().isPrimitive()) {
                context.reportInputMismatch(this, "null");
            }
            return null;
        }
    }

    private static final class ExactArray extends StdScalarDeserializer<Object> {

        private static final long serialVersionUID = 1L;

        private final Exact<?> element;

        ExactArray(Class<Object> type, Exact<?> element) {
            super(type);
            this.element = element;
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (handledType() == byte[].class && parser.hasToken(JsonToken.VALUE_STRING)) {
                return bytes(parser.getText(), context);
            }
            if (!parser.hasToken(JsonToken.START_ARRAY)) {
                return context.handleUnexpectedToken(handledType(), parser);
            }
            List<Object> values = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                try {
                    values.add(element.deserialize(parser, context));
                } catch (JsonMappingException e) {
                    throw JsonMappingException.wrapWithPath(e, values, values.size());
                }
            }
            Object array = Array.newInstance(element.handledType(), values.size());
            for (int i = 0; i < values.size(); i++) {
                Array.set(array, i, values.get(i));
            }
            return array;
        }

        /** Jackson writes bytes as a text in Base64. */
        private Object bytes(String text, DeserializationContext context) throws IOException {
            try {
                return context.getBase64Variant().decode(text);
            } catch (IllegalArgumentException e) {
                return context.handleWeirdStringValue(handledType(), text, "no Base64");
            }
        }
    }
}
