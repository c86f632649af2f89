package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Part;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Events as JSON: to hold the many of a long run in a file, and to tell equal messages by their hash. */
final class EventJson {

    /** Sorted, so that the order of members does not matter; in ASCII, so that half of a surrogate pair has a form. */
    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(2_000)
                            .maxNumberLength(12_000)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(2_000)
                            .build())
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
            .addMixIn(Event.class, Events.class)
            .addMixIn(Part.class, Parts.class)
            .addMixIn(Event.Usage.class, Counts.class)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, new ToStringSerializer(Instant.class))
                    .addDeserializer(Instant.class, new TextInstant())
                    .addSerializer(Duration.class, new ToStringSerializer(Duration.class))
                    .addDeserializer(Duration.class, new TextDuration()))
            .build();

    private EventJson() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({
        @JsonSubTypes.Type(Event.Described.class),
        @JsonSubTypes.Type(Event.AgentDescribed.class),
        @JsonSubTypes.Type(Event.RunStarted.class),
        @JsonSubTypes.Type(Event.MessageRead.class),
        @JsonSubTypes.Type(Event.ModelCalled.class),
        @JsonSubTypes.Type(Event.Scored.class),
        @JsonSubTypes.Type(Event.ToolUsed.class),
        @JsonSubTypes.Type(Event.RunEnded.class),
        @JsonSubTypes.Type(Event.Warned.class),
        @JsonSubTypes.Type(Event.Refused.class)
    })
    private interface Events {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({
        @JsonSubTypes.Type(Part.Text.class),
        @JsonSubTypes.Type(Part.Reasoning.class),
        @JsonSubTypes.Type(Part.Media.class),
        @JsonSubTypes.Type(Part.Refusal.class),
        @JsonSubTypes.Type(Part.Call.class),
        @JsonSubTypes.Type(Part.Answer.class),
        @JsonSubTypes.Type(Part.Other.class)
    })
    private interface Parts {}

    /** Jackson writes {@code isEmpty()} as a member, which the record does not have when it is read. */
    @JsonIgnoreProperties(value = "empty", allowGetters = true)
    private interface Counts {}

    private static final class TextInstant extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        TextInstant() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return Instant.parse(parser.getText());
        }
    }

    private static final class TextDuration extends StdDeserializer<Duration> {
        private static final long serialVersionUID = 1L;

        TextDuration() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return Duration.parse(parser.getText());
        }
    }
}
