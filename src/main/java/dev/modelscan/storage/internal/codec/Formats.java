package dev.modelscan.storage.internal.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.StoredJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The formats of types stored as text, besides ids and the enums of records, for which the build writes them. */
public final class Formats {

    public static final TextFormat<PartKind> PART_KIND =
            new TextFormat<>(PartKind.class, PartKind::fromCode, PartKind::code);

    public static final TextFormat<ContentType> CONTENT_TYPE =
            new TextFormat<>(ContentType.class, Formats::contentType, ContentType::value);

    /** JSON, whose text is not parsed until its tree is requested. */
    public static final TextFormat<Json> JSON = new TextFormat<>(Json.class, StoredJson::of, Json::toString);

    /** Instants as fixed-width text. */
    public static final TextFormat<Instant> INSTANT =
            new TextFormat<>(Instant.class, Timestamps::parse, Timestamps::format);

    /** JSON arrays of strings. */
    @SuppressWarnings("unchecked")
    public static final TextFormat<List<String>> STRINGS =
            new TextFormat<>((Class<List<String>>) (Class<?>) List.class, Formats::toStrings, Formats::fromStrings);

    /** A text that {@link #INSTANT} reads. */
    public static final String EXAMPLE_OF_INSTANT = Timestamps.EXAMPLE;

    private Formats() {}

    /**
     * A time that is bound as itself, and not as text.
     *
     * @throws InvalidDataException if it is not in the years 0 to 9999
     */
    public static Instant storable(Instant time) {
        return Timestamps.storable(time);
    }

    /** {@link #INSTANT}, decoded from bytes. */
    public static Instant instant(byte[] bytes, int from, int to) {
        return Timestamps.parse(bytes, from, to);
    }

    /** The usual types are shared instead of created for each row. */
    private static ContentType contentType(String value) {
        return switch (value) {
            case "text/plain" -> ContentType.TEXT;
            case "application/json" -> ContentType.JSON;
            case "command/execute" -> ContentType.COMMAND;
            case "result/success" -> ContentType.SUCCESS;
            case "result/error" -> ContentType.ERROR;
            default -> new ContentType(value);
        };
    }

    /**
     * Decodes a JSON array of strings. Most arrays have the form that an engine writes, without escapes, so
     * that every quote starts or ends a string. PostgreSQL adds a space after each comma. Any other form goes
     * through the parser.
     */
    private static List<String> toStrings(String json) {
        if (json.equals("[]")) {
            return List.of();
        }
        if (!json.startsWith("[") || json.indexOf('\\') >= 0 || !json.endsWith("\"]")) {
            return parsed(json);
        }
        List<String> strings = new ArrayList<>();
        // The last two characters are known, so there is always one after a quote or a comma.
        int open = 1;
        while (json.charAt(open) == '"') {
            int close = json.indexOf('"', open + 1);
            if (close < 0) {
                break;
            }
            strings.add(json.substring(open + 1, close));
            if (close == json.length() - 2) {
                return List.copyOf(strings);
            }
            if (json.charAt(close + 1) != ',') {
                break;
            }
            open = close + (json.charAt(close + 2) == ' ' ? 3 : 2);
        }
        return parsed(json);
    }

    private static List<String> parsed(String json) {
        List<String> strings = new ArrayList<>();
        for (JsonNode item : StoredJson.of(json).toNode()) {
            if (!item.isTextual()) {
                throw new CorruptDatabaseException("the list of texts holds " + item, null);
            }
            strings.add(item.textValue());
        }
        return List.copyOf(strings);
    }

    private static String fromStrings(List<String> strings) {
        if (strings.isEmpty()) {
            return "[]";
        }
        return Json.of(strings).toString();
    }
}
