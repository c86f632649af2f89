package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/** The parts of messages. */
public final class MessageParts {

    /** How many parts one batch inserts. */
    private static final int CHUNK = 1_000;

    /** A part and its place. */
    private record Placed(MessageId messageId, int position, MessagePart part) {}

    private static final Columns<Placed> COLUMNS = new Columns<>("messagePart");
    private static final Column<Placed, MessageId> MESSAGE_ID =
            COLUMNS.add("messageId", Codec.id(MessageId::new), () -> MESSAGE_PARTS.MESSAGE_ID, Placed::messageId);
    private static final Column<Placed, Integer> POSITION =
            COLUMNS.add("position", Codec.INTEGER, () -> MESSAGE_PARTS.POSITION, Placed::position);
    private static final Column<Placed, PartKind> KIND =
            COLUMNS.add("parts.kind", Codec.text(Formats.PART_KIND), () -> MESSAGE_PARTS.KIND, placed -> placed.part()
                    .kind());
    private static final Column<Placed, String> NAME =
            COLUMNS.add("parts.name", Codec.TEXT, () -> MESSAGE_PARTS.NAME, placed -> placed.part()
                    .name());
    private static final Column<Placed, String> CALL_ID =
            COLUMNS.add("parts.callId", Codec.TEXT, () -> MESSAGE_PARTS.CALL_ID, placed -> placed.part()
                    .callId());
    private static final Column<Placed, String> MEDIA_TYPE =
            COLUMNS.add("parts.mediaType", Codec.TEXT, () -> MESSAGE_PARTS.MEDIA_TYPE, placed -> placed.part()
                    .mediaType());
    private static final Column<Placed, BlobId> BLOB_ID =
            COLUMNS.add("parts.blobId", Codec.id(BlobId::new), () -> MESSAGE_PARTS.BLOB_ID, placed -> placed.part()
                    .blobId());
    private static final Column<Placed, Json> DATA =
            COLUMNS.add("parts.data", Codec.text(Formats.JSON), () -> MESSAGE_PARTS.DATA, placed -> placed.part()
                    .data());
    private static final Column<Placed, String> TEXT =
            COLUMNS.add("parts.text", Codec.TEXT, () -> MESSAGE_PARTS.TEXT, placed -> placed.part()
                    .text());

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    private static final CompiledQuery<Void> INSERT =
            CompiledQuery.command("messagePart.insert", () -> DSL.insertInto(MESSAGE_PARTS, COLUMNS.fields())
                    .values(COLUMNS.params()));

    private static final CompiledQuery<Placed> ALL = list("messagePart.all", PagedQuery::noCondition);
    private static final CompiledQuery<Placed> SHOWN =
            list("messagePart.shown", () -> MESSAGE_PARTS.KIND.ne(DSL.inline(PartKind.REASONING, MESSAGE_PARTS.KIND)));

    /** Keeps others from deleting these blobs until the transaction ends. */
    private static final CompiledQuery<BlobId> HELD_BLOBS = CompiledQuery.rows(
            "messagePart.heldBlobs", row -> row.get(Codec.id(BlobId::new), 1), () -> DSL.select(BLOBS.ID)
                    .from(BLOBS)
                    .where(BLOBS.ID.in(IdList.select(IDS.param(), BLOBS.ID)))
                    .forKeyShare());

    private MessageParts() {}

    /** Read without an order: an index has the parts of one message in order, and not those of several. */
    private static CompiledQuery<Placed> list(String key, Supplier<Condition> condition) {
        return CompiledQuery.rows(key, MessageParts::map, () -> DSL.select(COLUMNS.fields())
                .from(MESSAGE_PARTS)
                .where(MESSAGE_PARTS.MESSAGE_ID.in(IdList.select(IDS.param(), MESSAGE_PARTS.MESSAGE_ID)))
                .and(condition.get()));
    }

    private static Placed map(Row row) throws SQLException {
        MessagePart part = new MessagePart(
                /* kind= */ row.get(KIND),
                /* name= */ row.find(NAME),
                /* callId= */ row.find(CALL_ID),
                /* mediaType= */ row.find(MEDIA_TYPE),
                /* blobId= */ row.find(BLOB_ID),
                /* data= */ row.find(DATA),
                /* text= */ row.find(TEXT));
        return new Placed(row.get(MESSAGE_ID), row.get(POSITION), part);
    }

    /** Checks the parts against the limits of the database. */
    static void check(DatabaseOptions options, Message message) {
        for (MessagePart part : message.parts()) {
            if (part.text() != null) {
                ValueLimits.checkText(options, "message", message.id(), TEXT.name(), part.text());
            }
            ValueLimits.check(options, "message", message.id(), DATA, part.data());
        }
    }

    /**
     * Stores the parts of messages that are stored in the same transaction: one statement for every 1,000 parts. Their
     * blobs are held.
     */
    static void insert(Session session, List<Message> messages) throws SQLException {
        List<Placed> placed = new ArrayList<>();
        for (Message message : messages) {
            List<MessagePart> parts = message.parts();
            for (int i = 0; i < parts.size(); i++) {
                placed.add(new Placed(message.id(), i, parts.get(i)));
            }
        }
        for (int from = 0; from < placed.size(); from += CHUNK) {
            session.query(INSERT).updateAll(COLUMNS, placed.subList(from, Math.min(from + CHUNK, placed.size())));
        }
    }

    /**
     * Holds the blobs of new messages, with one statement if there are any. To be called before the messages are stored, or
     * a caller's own transaction could commit one without its parts.
     *
     * @throws ReferenceException if a blob does not exist
     */
    static void holdBlobs(Session session, List<Message> messages) throws SQLException {
        Map<BlobId, MessageId> wanted = new LinkedHashMap<>();
        for (Message message : messages) {
            for (MessagePart part : message.parts()) {
                if (part.blobId() != null) {
                    wanted.putIfAbsent(part.blobId(), message.id());
                }
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        // Sorted, so that two transactions lock them in the same order.
        Set<BlobId> held = new HashSet<>(
                session.query(HELD_BLOBS).set(IDS, IdList.text(wanted.keySet())).list());
        for (Map.Entry<BlobId, MessageId> blob : wanted.entrySet()) {
            if (!held.contains(blob.getKey())) {
                throw new ReferenceException(
                        "message " + blob.getValue() + ": parts.blobId: blob " + blob.getKey()
                                + " does not exist; write it in the same transaction",
                        "message",
                        blob.getValue().value(),
                        null);
            }
        }
    }

    /** The parts of each message, in order. Each message is a key, in the given order. */
    public static Map<MessageId, List<MessagePart>> list(Session session, Collection<MessageId> ids, boolean all)
            throws SQLException {
        Map<MessageId, List<Placed>> found = new HashMap<>();
        for (Placed placed :
                session.query(all ? ALL : SHOWN).set(IDS, IdList.text(ids)).list()) {
            found.computeIfAbsent(placed.messageId(), id -> new ArrayList<>()).add(placed);
        }
        Map<MessageId, List<MessagePart>> parts = new LinkedHashMap<>();
        for (MessageId id : ids) {
            List<Placed> ofOne = found.getOrDefault(id, List.of());
            parts.put(
                    id,
                    ofOne.stream()
                            .sorted(Comparator.comparingInt(Placed::position))
                            .map(Placed::part)
                            .toList());
        }
        return parts;
    }
}
