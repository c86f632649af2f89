package dev.modelscan.storage.conversations;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.TeamId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stores messages. Within a conversation they are ordered by {@link Message#sequenceNumber()}, which the database gives
 * out under a lock: with any number of writers there is neither a gap nor a tie, and what one writer sends after the
 * other's commit comes later. Lists that span conversations go by conversation, then sequence number.
 *
 * <p>A conversation begins to exist with its first message. {@link #create} gives a message its sequence number,
 * whatever number it had elsewhere. {@link #createAll} numbers the messages of a conversation in the order given. Both
 * store the parts of the messages with them. The messages that they return have no parts, like every message that is
 * read.
 *
 * @since 0.1.0
 */
public interface MessageRepository extends Repository<MessageId, Message> {

    /**
     * The newest messages of a conversation by sequence number (on the path to its head, if it has branches), the
     * oldest of them first: what an agent is given to answer. These are the messages of the first page of
     * {@link Direction#BACKWARD}.
     *
     * @param limit the maximum number, 1 to {@link PageRequest#MAX_LIMIT}
     * @return an immutable list; empty if the conversation does not exist
     * @throws IllegalArgumentException if the limit is out of range
     */
    List<Message> listLatest(ConversationId conversationId, int limit);

    /**
     * The messages of a conversation, page by page in one of two directions. {@link Direction#FORWARD} begins
     * with the oldest page; {@link Direction#BACKWARD} begins with the newest page, and goes on to the one
     * before it. Within each page of both they go by sequence number, the oldest first.
     *
     * <p>Of a conversation with branches, these are the messages on the path to its head; see {@link
     * ConversationRepository#fork}.
     */
    Page<Message> listByConversation(ConversationId conversationId, Direction direction, PageRequest request);

    /**
     * {@link #listByConversation(ConversationId, Direction, PageRequest)} with {@link Direction#FORWARD}: by
     * sequence number, the oldest first. {@code Page.stream(request -> messages.listByConversation(id,
     * request))} reads a conversation of any length.
     */
    default Page<Message> listByConversation(ConversationId conversationId, PageRequest request) {
        return listByConversation(conversationId, Direction.FORWARD, request);
    }

    /**
     * The messages on the path to a message, page by page, on any branch of its conversation. Directions and order are
     * those of {@link #listByConversation}.
     *
     * @param last the path's last message, such as one of {@link ConversationRepository#listBranches}
     * @throws NotFoundException if there is none with that id
     */
    Page<Message> listByBranch(MessageId last, Direction direction, PageRequest request);

    /**
     * What an agent has not read, by conversation, then sequence number: messages to it whose {@code readAt}
     * is null.
     */
    Page<Message> listUnread(AgentId receiverId, PageRequest request);

    /**
     * Marks a message as read. One that is marked already keeps its time.
     *
     * @return the message as it is stored
     * @throws NotFoundException if there is none with that id
     */
    Message markRead(MessageId id);

    /**
     * Marks all messages to an agent as read, in one statement.
     *
     * @return how many were unread
     */
    int markAllRead(AgentId receiverId);

    /**
     * Stores the origins of messages in one transaction, all or none. If a message has an origin, the new one replaces
     * it. A thousand messages take at most five statements.
     *
     * @throws NotFoundException if one of the messages does not exist
     * @throws ConflictException if an external id is taken by another message of the conversation
     * @throws ReferenceException if a source does not exist
     * @throws InvalidDataException if an origin is {@link Origin#NONE}
     */
    void putOrigins(Map<MessageId, Origin> origins);

    /** Where a message came from; {@link Origin#NONE} if nobody has said it, or there is no such message. */
    Origin originOf(MessageId id);

    /** The origins of a conversation's messages, by the message's id. Messages without an origin are left out. */
    Page<MessageOrigin> listOrigins(ConversationId conversationId, PageRequest request);

    /** The message of a conversation with this external id; empty if there is none. */
    Optional<Message> findByExternalId(ConversationId conversationId, String externalId);

    /** The messages about a task, by conversation, then sequence number. */
    Page<Message> listByTask(TaskId taskId, PageRequest request);

    /** The messages for a team, by conversation, then sequence number. */
    Page<Message> listByTeam(TeamId teamId, PageRequest request);

    /**
     * The parts of a message, in the order in which they were given, without those of kind {@link PartKind#REASONING},
     * which only {@link #listAllParts(MessageId)} returns.
     *
     * @return an immutable list; empty if the message has none, or does not exist
     */
    List<MessagePart> listParts(MessageId id);

    /**
     * {@link #listParts(MessageId)} for the messages of a page, in one statement.
     *
     * @param ids at most {@link PageRequest#MAX_LIMIT}
     * @return an immutable map with each of the messages, in the order given
     * @throws IllegalArgumentException if there are too many
     */
    Map<MessageId, List<MessagePart>> listParts(Collection<MessageId> ids);

    /** {@link #listParts(MessageId)} with the parts of kind {@link PartKind#REASONING}, each in its place. */
    List<MessagePart> listAllParts(MessageId id);

    /** {@link #listParts(Collection)} with the parts of kind {@link PartKind#REASONING}, each in its place. */
    Map<MessageId, List<MessagePart>> listAllParts(Collection<MessageId> ids);

    /** The messages that an agent sent, by conversation, then sequence number. */
    Page<Message> listBySender(AgentId senderId, PageRequest request);
}
