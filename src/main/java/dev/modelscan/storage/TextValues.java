package dev.modelscan.storage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedConstructor;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Times in ISO 8601, the library's ids and statuses as they are stored, and {@link Json} as it is. */
final class TextValues extends SimpleModule {

    private static final long serialVersionUID = 1L;

    TextValues() {
        super("text-values");
        add(Instant.class, Instant::parse);
        add(LocalDate.class, LocalDate::parse);
        add(LocalTime.class, LocalTime::parse);
        add(LocalDateTime.class, LocalDateTime::parse);
        add(OffsetTime.class, OffsetTime::parse);
        add(OffsetDateTime.class, OffsetDateTime::parse);
        add(ZonedDateTime.class, ZonedDateTime::parse);
        add(Duration.class, Duration::parse);
        add(Period.class, Period::parse);
        add(Year.class, Year::parse);
        add(YearMonth.class, YearMonth::parse);
        add(MonthDay.class, MonthDay::parse);
        add(ZoneId.class, ZoneId::of);
        add(ZoneOffset.class, ZoneOffset::of);
        refuse(Calendar.class);
        refuse(Timestamp.class);
        refuse(Time.class);
        addSerializer(Json.class, new JsonWriter());
        addDeserializer(Json.class, new JsonReader());
    }

    private <T> void add(Class<T> type, Function<String, T> parse) {
        addSerializer(type, ToStringSerializer.instance);
        addDeserializer(type, new TextReader<>(type, parse));
        addKeyDeserializer(type, new KeyDeserializer() {
            @Override
            @SuppressWarnings("unchecked") // Jackson's method only throws.
            public Object deserializeKey(String key, DeserializationContext context) throws IOException {
                try {
                    return parse.apply(key);
                } catch (DateTimeException e) {
                    return context.handleWeirdKey(type, key, "no time");
                }
            }
        });
    }

    /** Jackson would write it without its zone, or without a part of its second. */
    private <T> void refuse(Class<T> type) {
        addSerializer(type, new StdScalarSerializer<>(type) {
            private static final long serialVersionUID = 1L;

            @Override
            public void serialize(T value, JsonGenerator generator, SerializerProvider provider) throws IOException {
                provider.reportBadDefinition(handledType(), "it would be changed");
            }
        });
    }

    private static final class TextReader<T> extends StdScalarDeserializer<T> {

        private static final long serialVersionUID = 1L;

        private final transient Function<String, T> parse;

        TextReader(Class<T> type, Function<String, T> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        @SuppressWarnings("unchecked") // Jackson's methods for a wrong value only throw.
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (T) context.handleUnexpectedToken(handledType(), parser);
            }
            try {
                return parse.apply(parser.getText());
            } catch (DateTimeException e) {
                return (T) context.handleWeirdStringValue(handledType(), parser.getText(), "no time");
            }
        }
    }

    private static final class JsonWriter extends StdScalarSerializer<Json> {

        private static final long serialVersionUID = 1L;

        JsonWriter() {
            super(Json.class);
        }

        @Override
        public void serialize(Json value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeTree(value.toNode());
        }
    }

    private static final class JsonReader extends StdScalarDeserializer<Json> {

        private static final long serialVersionUID = 1L;

        JsonReader() {
            super(Json.class);
        }

        @Override
        public Json deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return Json.of(context.readTree(parser));
        }

        /** JSON's null is a value. A member that is missing is none. */
        @Override
        public Json getNullValue(DeserializationContext context) {
            return Json.parse("null");
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }
    }

    /** Tells which of the library's types are one text: by their {@code code()}, or their only component. */
    static final class Names extends JacksonAnnotationIntrospector {

        private static final long serialVersionUID = 1L;
        private static final String LIBRARY = Json.class.getPackageName() + ".";

        @Override
        public Boolean hasAsValue(Annotated member) {
            Class<?> owner = member instanceof AnnotatedMethod method ? method.getDeclaringClass() : Object.class;
            boolean text = owner.getName().startsWith(LIBRARY)
                    && (owner.isEnum() ? member.getName().equals("code") : isOneText(owner, member.getName()));
            return text ? Boolean.TRUE : super.hasAsValue(member);
        }

        @Override
        public JsonCreator.@Nullable Mode findCreatorAnnotation(MapperConfig<?> config, Annotated member) {
            boolean text = member instanceof AnnotatedConstructor constructor
                    && constructor.getDeclaringClass().getName().startsWith(LIBRARY)
                    && isOneText(constructor.getDeclaringClass(), null);
            return text ? JsonCreator.Mode.DELEGATING : super.findCreatorAnnotation(config, member);
        }

        private static boolean isOneText(Class<?> type, @Nullable String member) {
            RecordComponent[] components = type.isRecord() ? type.getRecordComponents() : new RecordComponent[0];
            return components.length == 1
                    && components[0].getType() == String.class
                    && (member == null || components[0].getName().equals(member));
        }
    }
}
