package dev.modelscan.storage.conversations;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import org.jspecify.annotations.Nullable;

/**
 * A part of a message, such as an image, or what the model thought before it answered. A message has its parts in the
 * order in which {@link Message.Builder#parts} was given them. {@link MessageRepository#listParts} reads them.
 *
 * <p>A part may hold text, JSON and a blob at once: the text of a model's thought and the signature beside it, or the
 * image that a tool answered with and its caption.
 *
 * @param kind what it is
 * @param name the tool of a call, or the name of a file; null if it has none
 * @param callId what a tool's call and the answer to it have in common; null for other kinds
 * @param mediaType what the blob or the text is, such as {@code image/png}, with parameters if there are any; null if
 *     it is unknown, or plain text
 * @param blobId the bytes, stored by {@code blobs().write}; null if it has none
 * @param data whatever else it holds; null if nothing
 * @param text the text, kept to the letter; null if it has none
 * @since 0.1.0
 */
public record MessagePart(
        PartKind kind,
        @Nullable String name,
        @Nullable String callId,
        @Nullable String mediaType,
        @Nullable BlobId blobId,
        @Nullable Json data,
        @Nullable String text) {

    private static final String ENTITY = "message part";

    /**
     * Checks every value but the characters of the text, as {@link Message} does. Not API, since components may be
     * added: use {@link #builder}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public MessagePart {
        Checks.required(ENTITY, null, "kind", kind);
        if (name != null) {
            Checks.name(ENTITY, null, "name", name);
        }
        if (callId != null) {
            Checks.name(ENTITY, null, "callId", callId);
        }
        if (mediaType != null) {
            Checks.name(ENTITY, null, "mediaType", mediaType);
        }
    }

    /** Text to be read. */
    public static MessagePart text(String text) {
        return builder(PartKind.TEXT).text(text).build();
    }

    /** What a model thought. */
    public static MessagePart reasoning(String text) {
        return builder(PartKind.REASONING).text(text).build();
    }

    /** A picture of that media type, such as {@code image/png}. */
    public static MessagePart image(String mediaType, BlobId blobId) {
        return builder(PartKind.IMAGE).mediaType(mediaType).blobId(blobId).build();
    }

    /** The call of a tool, with its input. */
    public static MessagePart toolCall(String callId, String toolName, Json input) {
        return builder(PartKind.TOOL_CALL)
                .callId(callId)
                .name(toolName)
                .data(input)
                .build();
    }

    /** A tool's answer to the call with that id. */
    public static MessagePart toolResult(String callId, String text) {
        return builder(PartKind.TOOL_RESULT).callId(callId).text(text).build();
    }

    /** A builder without values but the kind. */
    public static Builder builder(PartKind kind) {
        return new Builder(kind);
    }

    /** A builder with the values of this record. */
    public Builder toBuilder() {
        Builder builder = new Builder(kind);
        builder.name = name;
        builder.callId = callId;
        builder.mediaType = mediaType;
        builder.blobId = blobId;
        builder.data = data;
        builder.text = text;
        return builder;
    }

    /**
     * Collects the values of {@link MessagePart}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final PartKind kind;
        private @Nullable String name;
        private @Nullable String callId;
        private @Nullable String mediaType;
        private @Nullable BlobId blobId;
        private @Nullable Json data;
        private @Nullable String text;

        private Builder(PartKind kind) {
            this.kind = kind;
        }

        /** The tool of a call, or the name of a file. */
        public Builder name(@Nullable String name) {
            this.name = name;
            return this;
        }

        /** What a tool's call and the answer to it have in common. */
        public Builder callId(@Nullable String callId) {
            this.callId = callId;
            return this;
        }

        /** What the blob or the text is, such as {@code image/png}. */
        public Builder mediaType(@Nullable String mediaType) {
            this.mediaType = mediaType;
            return this;
        }

        /** The bytes, stored by {@code blobs().write}. */
        public Builder blobId(@Nullable BlobId blobId) {
            this.blobId = blobId;
            return this;
        }

        /** Whatever else it holds. */
        public Builder data(@Nullable Json data) {
            this.data = data;
            return this;
        }

        /** The text, kept to the letter. */
        public Builder text(@Nullable String text) {
            this.text = text;
            return this;
        }

        /**
         * The record.
         *
         * @throws InvalidDataException if a value cannot be stored
         */
        public MessagePart build() {
            if (text != null) {
                Checks.text(ENTITY, null, "text", text);
            }
            return new MessagePart(
                    /* kind= */ kind,
                    /* name= */ name,
                    /* callId= */ callId,
                    /* mediaType= */ mediaType,
                    /* blobId= */ blobId,
                    /* data= */ data,
                    /* text= */ text);
        }
    }
}
