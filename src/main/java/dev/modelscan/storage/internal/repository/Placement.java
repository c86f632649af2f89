package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Gives new messages their numbers and parents. A parent is stored only if it is not the message before by
 * number, so a conversation without branches stores none, and has no head.
 */
final class Placement {

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);
    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();
    private static final Parameter<MessageId> HEAD =
            Parameter.of("headId", Codec.id(MessageId::new), () -> CONVERSATIONS.HEAD_ID);

    /** A stored message, or one that is about to be. */
    private record Known(MessageId id, ConversationId conversationId, long number) {}

    private static final CompiledQuery<Known> PARENTS = CompiledQuery.rows(
            "message.parents",
            row -> new Known(
                    row.get(Codec.id(MessageId::new), 1),
                    row.get(Codec.id(ConversationId::new), 2),
                    row.get(Codec.LONG, 3)),
            () -> DSL.select(MESSAGES.ID, MESSAGES.CONVERSATION_ID, MESSAGES.SEQUENCE_NUMBER)
                    .from(MESSAGES)
                    .where(MESSAGES.ID.in(IdList.select(IDS.param(), MESSAGES.ID))));

    static final CompiledQuery<Void> SET_HEAD = CompiledQuery.command("message.setHead", () -> DSL.update(CONVERSATIONS)
            .set(CONVERSATIONS.HEAD_ID, HEAD.param())
            .where(CONVERSATIONS.ID.eq(CONVERSATION.param())));

    /**
     * Where a conversation ends: the last number that was given out, and the head if it has branches.
     *
     * @param isStored whether none of the new messages is before the next one
     */
    private record End(long number, @Nullable MessageId head, long headNumber, boolean isStored) {}

    private final Map<ConversationId, End> ends = new HashMap<>();
    private final Map<MessageId, Known> known = new HashMap<>();

    /**
     * The conversation's end before the messages are added. Sends a statement if it has branches.
     *
     * @param head its head; null if it has no branches
     */
    void begin(Session session, ConversationId id, long number, @Nullable MessageId head) throws SQLException {
        Long headNumber = head == null ? null : Paths.headNumber(session, id);
        ends.put(id, headNumber == null ? new End(number, null, 0, true) : new End(number, head, headNumber, true));
    }

    /**
     * Looks up the parents that the caller gave. Sends a statement only if some are neither the message itself
     * nor one before it in the list.
     */
    void findParents(Session session, List<Message> messages) throws SQLException {
        Set<MessageId> given = new HashSet<>();
        Set<MessageId> stored = new HashSet<>();
        for (Message message : messages) {
            given.add(message.id());
            if (message.parentId() != null && !given.contains(message.parentId())) {
                stored.add(message.parentId());
            }
        }
        if (!stored.isEmpty()) {
            for (Known parent :
                    session.query(PARENTS).set(IDS, IdList.text(stored)).list()) {
                known.put(parent.id(), parent);
            }
        }
    }

    /**
     * The message with its place, without its parts.
     *
     * @throws ReferenceException if its parent does not exist
     * @throws InvalidDataException if its parent is in another conversation
     */
    Message next(Session session, Message message) throws SQLException {
        ConversationId conversation = message.conversationId();
        End end = Objects.requireNonNull(ends.get(conversation));
        MessageId parent = message.parentId();
        long parentNumber = parent == null ? end.headNumber() : numberOf(message, parent);
        if (parent == null) {
            parent = end.head();
        }
        boolean follows =
                parent == null || parentNumber == end.number() || isNewest(session, conversation, end, parentNumber);
        long number = end.number() + 1;
        boolean branched = end.head() != null || !follows;
        ends.put(conversation, new End(number, branched ? message.id() : null, branched ? number : 0, false));
        known.put(message.id(), new Known(message.id(), conversation, number));
        return MessageColumns.placed(message, number, follows ? null : parent);
    }

    /** Whether a stored message is the newest of a conversation without branches, whose last ones were deleted; 0 if all were. */
    private static boolean isNewest(Session session, ConversationId id, End end, long number) throws SQLException {
        return end.isStored()
                && end.head() == null
                && Objects.requireNonNullElse(Paths.newestNumber(session, id), 0L) == number;
    }

    /** The number of a given parent; of a message that is its own parent, 0: it follows none. */
    private long numberOf(Message message, MessageId parent) {
        if (parent.equals(message.id())) {
            return 0;
        }
        Known found = known.get(parent);
        if (found == null) {
            throw new ReferenceException(
                    "message " + message.id() + ": parentId: message " + parent + " does not exist; create it first",
                    "message",
                    message.id().value(),
                    null);
        }
        if (!found.conversationId().equals(message.conversationId())) {
            throw new InvalidDataException(
                    "message", message.id().value(), "parentId", "message " + parent + " is of another conversation");
        }
        return found.number();
    }

    /** Makes the last message of each conversation with branches its head, when the messages are stored. */
    void moveHeads(Session session) throws SQLException {
        for (Map.Entry<ConversationId, End> end : ends.entrySet()) {
            if (end.getValue().head() != null) {
                setHead(session, end.getKey(), end.getValue().head());
            }
        }
    }

    static void setHead(Session session, ConversationId id, @Nullable MessageId head) throws SQLException {
        session.query(SET_HEAD).set(CONVERSATION, id).set(HEAD, head).update();
    }
}
