package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.errors.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cursors as text: the name of the list and the keys of the last row, separated by NUL, which neither
 * contains, in URL-safe Base64.
 */
public final class Cursors {

    private static final String SEPARATOR = "\0";

    private Cursors() {}

    public static Cursor encode(String list, List<String> position) {
        String text = list + SEPARATOR + String.join(SEPARATOR, position);
        return new Cursor(
                Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    public static List<String> decode(String list, int keys, Cursor cursor) {
        List<String> parts;
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor.value());
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            parts = Arrays.asList(text.split(SEPARATOR, -1));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw notGivenOut(e);
        }
        if (parts.size() != keys + 1) {
            throw notGivenOut(null);
        }
        if (!parts.get(0).equals(list)) {
            throw new IllegalArgumentException("cursor belongs to the list \"" + parts.get(0) + "\", not to \"" + list
                    + "\"; hand it to the list that gave it out");
        }
        return parts.subList(1, parts.size());
    }

    public static <T> void bind(Execution<?> execution, Parameter<T> parameter, String value) throws SQLException {
        execution.set(parameter, value(parameter, value));
    }

    /** The value of a key. */
    public static <T> T value(Parameter<T> parameter, String encoded) {
        byte[] bytes = encoded.getBytes(StandardCharsets.UTF_8);
        try {
            return parameter.codec().decode(bytes, 0, bytes.length);
        } catch (NumberFormatException | StorageException e) {
            throw notGivenOut(e);
        }
    }

    public static IllegalArgumentException notGivenOut(@Nullable Exception cause) {
        return new IllegalArgumentException("cursor is not one that a page gave out; begin with the first page", cause);
    }
}
