package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values of the Go package's tables. */
final class GoRows {

    /** As SQLite, Go's driver, and Go's own printing write a time. */
    private static final Pattern TIME = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?) ?(Z|[+-]\\d\\d:?\\d\\d)?.*");

    /** A tool that ran for less than a millisecond is less likely than one that ran for 16 minutes. */
    private static final long NANOS_FROM = 1_000_000;

    private GoRows() {}

    /** A time; null if there is none, which Go writes as the year 1. */
    static @Nullable Instant time(JsonNode value) {
        if (!value.isTextual()) {
            return value.isNumber() ? Fields.time(value) : null;
        }
        Matcher time = TIME.matcher(value.textValue());
        if (!time.matches() || time.group(1).startsWith("0001")) {
            return null;
        }
        String zone = time.group(3) == null ? "Z" : time.group(3);
        return Fields.time(TextNode.valueOf(time.group(1) + "T" + time.group(2) + zone));
    }

    /** A duration in nanoseconds, as Go counts them, or in milliseconds, as the package's own tests do. */
    static @Nullable Duration duration(JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() <= 0) {
            return null;
        }
        long count = value.longValue();
        return count < NANOS_FROM ? Duration.ofMillis(count) : Duration.ofNanos(count);
    }

    /** A row whose values that hold a JSON object or array are that. */
    static ObjectNode parsed(ObjectNode row) {
        ObjectNode parsed = Fields.object();
        for (Map.Entry<String, JsonNode> member : row.properties()) {
            parsed.set(member.getKey(), Fields.structure(member.getValue()));
        }
        return parsed;
    }

    /** Text that is not empty; null for anything else. */
    static @Nullable String text(JsonNode row, String... columns) {
        for (String column : columns) {
            String text = Fields.text(row, column);
            if (text != null && !text.isEmpty()) {
                return text;
            }
        }
        return null;
    }
}
