package dev.modelscan.storage.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.modelscan.storage.Id;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.analytics.ToolActivity;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

/** Results as JSON: records as objects, ids as text, statuses by their codes. */
final class JsonOutput {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addModule(new SimpleModule()
                    .addSerializer(Id.class, new ToStringSerializer(Id.class))
                    .addSerializer(Duration.class, new ToStringSerializer(Duration.class))
                    .addSerializer(Instant.class, new ToStringSerializer(Instant.class))
                    .addSerializer(Json.class, new StdDelegatingSerializer(Json.class, new Tree()))
                    .addSerializer(TaskStatus.class, new StdDelegatingSerializer(TaskStatus.class, new StatusCode())))
            .addMixIn(ToolActivity.class, WithRate.class)
            .build();

    private JsonOutput() {}

    static void print(Object document, PrintWriter out) {
        try {
            out.println(MAPPER.writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result has no form in JSON", e);
        }
    }

    private static final class StatusCode extends StdConverter<TaskStatus, String> {
        @Override
        public String convert(TaskStatus status) {
            return status.code();
        }
    }

    private static final class Tree extends StdConverter<Json, JsonNode> {
        @Override
        public JsonNode convert(Json json) {
            return json.toNode();
        }
    }

    /** Adds a computed value to the record's components. */
    private interface WithRate {
        @JsonProperty
        double failureRate();
    }
}
