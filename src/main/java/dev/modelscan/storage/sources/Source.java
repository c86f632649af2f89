package dev.modelscan.storage.sources;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file, or another thing, that records were imported from. What came from it has an {@link Origin} that names it.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param format the format of its content, such as {@code claude-code}; 1 to 255 characters, not blank
 * @param name what it is called, such as a path; 1 to {@value #MAX_NAME_LENGTH} characters, not blank
 * @param sha256 the SHA-256 of its bytes, as 64 characters of 0 to 9 and a to f; null until it has been read to its end
 * @param bytes how many bytes it has; null until it has been read to its end
 * @param metadata a JSON object for whatever else the application keeps
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param importedAt when the import began, in whole microseconds; when the record was built, unless the caller gave
 *     another time
 * @param updatedAt when the record was last changed; equal to {@code importedAt} until then
 * @since 0.1.0
 */
public record Source(
        SourceId id,
        String format,
        String name,
        @Nullable String sha256,
        @Nullable Long bytes,
        Json metadata,
        long version,
        Instant importedAt,
        Instant updatedAt) {

    private static final String ENTITY = "source";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Source {
        Checks.required(ENTITY, null, "id", id);
        Checks.name(ENTITY, id, "format", format);
        Checks.text(ENTITY, id, "name", name);
        if (name.isBlank() || name.codePointCount(0, name.length()) > MAX_NAME_LENGTH) {
            throw Checks.invalid(ENTITY, id, "name", "is not 1 to " + MAX_NAME_LENGTH + " characters");
        }
        if (sha256 != null && !SHA256.matcher(sha256).matches()) {
            throw Checks.invalid(ENTITY, id, "sha256", "is not 64 characters of 0 to 9 and a to f");
        }
        Checks.notNegative(ENTITY, id, "bytes", bytes);
        Checks.object(ENTITY, id, "metadata", metadata);
        importedAt = Checks.time(ENTITY, id, "importedAt", importedAt);
        updatedAt = Checks.time(ENTITY, id, "updatedAt", updatedAt);
    }

    /** The most characters that a name has. */
    public static final int MAX_NAME_LENGTH = 4_096;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** A builder without values. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this record. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.id = id;
        builder.format = format;
        builder.name = name;
        builder.sha256 = sha256;
        builder.bytes = bytes;
        builder.metadata = metadata;
        builder.version = version;
        builder.importedAt = importedAt;
        builder.updatedAt = updatedAt;
        return builder;
    }

    /**
     * Collects the values of {@link Source}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable SourceId id;
        private @Nullable String format;
        private @Nullable String name;
        private @Nullable String sha256;
        private @Nullable Long bytes;
        private Json metadata = Json.emptyObject();
        private long version = 1;
        private @Nullable Instant importedAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(SourceId id) {
            this.id = id;
            return this;
        }

        /** The format of its content, such as {@code claude-code}; 1 to 255 characters, not blank. */
        public Builder format(String format) {
            this.format = format;
            return this;
        }

        /** What it is called, such as a path; 1 to {@value #MAX_NAME_LENGTH} characters, not blank. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** The SHA-256 of its bytes, as 64 characters of 0 to 9 and a to f; null until it has been read to its end. */
        public Builder sha256(@Nullable String sha256) {
            this.sha256 = sha256;
            return this;
        }

        /** How many bytes it has; null until it has been read to its end. */
        public Builder bytes(@Nullable Long bytes) {
            this.bytes = bytes;
            return this;
        }

        /** A JSON object for whatever else the application keeps. */
        public Builder metadata(Json metadata) {
            this.metadata = metadata;
            return this;
        }

        /** A JSON object for whatever else the application keeps. Any values that {@link Json#of(Map)} takes. */
        public Builder metadata(Map<String, ?> metadata) {
            return metadata(Json.of(metadata));
        }

        /**
         * When the import began, in whole microseconds; when the record was built, unless the caller gave another time.
         */
        public Builder importedAt(Instant importedAt) {
            this.importedAt = importedAt;
            return this;
        }

        /**
         * The record.
         *
         * @throws InvalidDataException if a value is missing or cannot be stored
         */
        public Source build() {
            SourceId key = id == null ? SourceId.next() : id;
            Instant created = importedAt == null ? Instant.now() : importedAt;
            return new Source(
                    /* id= */ key,
                    /* format= */ Checks.required(ENTITY, key, "format", format),
                    /* name= */ Checks.required(ENTITY, key, "name", name),
                    /* sha256= */ sha256,
                    /* bytes= */ bytes,
                    /* metadata= */ metadata,
                    /* version= */ version,
                    /* importedAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt);
        }
    }
}
