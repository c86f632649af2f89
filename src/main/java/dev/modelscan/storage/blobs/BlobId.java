package dev.modelscan.storage.blobs;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import java.util.regex.Pattern;

/**
 * The key of a {@link Blob}: the SHA-256 of its bytes. Equal bytes have the same key.
 *
 * @param value 64 hexadecimal digits in lower case
 * @since 0.1.0
 */
public record BlobId(String value) implements Id {

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /**
     * Takes a hash that the caller knows.
     *
     * @throws InvalidDataException if {@code value} is not 64 hexadecimal digits in lower case
     */
    public BlobId {
        Checks.required("blob", null, "id", value);
        if (!SHA_256.matcher(value).matches()) {
            throw new InvalidDataException(
                    "blob", null, "id", "is not a SHA-256 hash: it has to be 64 hexadecimal digits in lower case");
        }
    }

    /** The hash alone, so that it reads well in messages and logs. */
    @Override
    public String toString() {
        return value;
    }
}
