package dev.modelscan.storage.cli.exports;

import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;

import dev.modelscan.storage.Records;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** What repositories read of messages, in the transaction of a {@link DSLContext}. */
final class StoredParts {

    private StoredParts() {}

    /** The parts of messages, in order. */
    static Map<MessageId, List<MessagePart>> of(DSLContext dsl, Collection<MessageId> messages) {
        Map<MessageId, List<MessagePart>> parts = new LinkedHashMap<>();
        dsl.selectFrom(MESSAGE_PARTS)
                .where(MESSAGE_PARTS.MESSAGE_ID.in(messages))
                .orderBy(MESSAGE_PARTS.MESSAGE_ID, MESSAGE_PARTS.POSITION)
                .forEach(row -> parts.computeIfAbsent(row.getMessageId(), id -> new ArrayList<>())
                        .add(MessagePart.builder(row.getKind())
                                .name(row.getName())
                                .callId(row.getCallId())
                                .mediaType(row.getMediaType())
                                .blobId(row.getBlobId())
                                .data(row.getData())
                                .text(row.getText())
                                .build()));
        return parts;
    }

    /** The bytes of a blob, whose pieces are at most 1 MiB each. */
    static byte[] blob(DSLContext dsl, BlobId id) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        dsl.select(BLOB_CHUNKS.BYTES)
                .from(BLOB_CHUNKS)
                .where(BLOB_CHUNKS.BLOB_ID.eq(id))
                .orderBy(BLOB_CHUNKS.POSITION)
                .forEach(chunk -> bytes.writeBytes(chunk.value1()));
        return bytes.toByteArray();
    }

    /** The messages of a conversation with branches on the path to its head, in order. */
    static List<Message> path(DSLContext dsl, StoredRuns.Head conversation) {
        List<Message> all = dsl.selectFrom(MESSAGES)
                .where(MESSAGES.CONVERSATION_ID.eq(conversation.id()))
                .orderBy(MESSAGES.SEQUENCE_NUMBER)
                .fetch(Records::message);
        Map<MessageId, Integer> places = new HashMap<>();
        for (Message message : all) {
            places.put(message.id(), places.size());
        }
        List<Message> path = new ArrayList<>();
        int at = place(places, conversation.head());
        while (at >= 0) {
            Message message = all.get(at);
            path.add(message);
            MessageId parent = message.parentId();
            int before = parent == null ? at - 1 : place(places, parent);
            // The first message of a branch without a parent names itself.
            at = before < at ? before : -1;
        }
        Collections.reverse(path);
        return path;
    }

    private static int place(Map<MessageId, Integer> places, @Nullable MessageId id) {
        Integer place = id == null ? null : places.get(id);
        return place == null ? -1 : place;
    }
}
