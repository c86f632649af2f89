package dev.modelscan.storage.conversations;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.TeamId;
import java.util.List;

/**
 * Stores messages. Within a conversation they are ordered by {@link Message#sequenceNumber()}, which the database gives out
 * under a lock: with any number of writers there is neither a gap nor a tie, and what one writer sends after the other's
 * commit comes later. Lists that span conversations go by conversation, then place.
 *
 * <p>A conversation comes to be with its first message. {@link #create} gives a message its place, whatever place it had
 * elsewhere. {@link #createAll} numbers the messages of a conversation in the
 * order given.
 *
 * @since 0.1
 */
public interface MessageRepository extends Repository<MessageId, Message> {

    /**
     * The newest messages of a conversation, the oldest of them first.
     *
     * @param limit how many at the most, 1 to {@link PageRequest#MAX_LIMIT}
     * @return an immutable list; empty if the conversation does not exist
     * @throws IllegalArgumentException if the limit is out of range
     */
    List<Message> getConversation(ConversationId id, int limit);

    /**
     * A conversation backwards, page by page: the first page holds the newest messages, the next one those before them.
     * Within each page the oldest comes first.
     */
    Page<Message> getConversation(ConversationId id, PageRequest request);

    /**
     * A conversation from its beginning, the oldest first. {@code Page.stream(request -> messages.listByConversation(id,
     * request))} reads one of any length.
     */
    Page<Message> listByConversation(ConversationId id, PageRequest request);

    /** What an agent has not read: messages to it whose {@code readAt} is null. */
    Page<Message> getUnread(AgentId receiverId, PageRequest request);

    /**
     * Marks a message as read. One that is marked already keeps its time.
     *
     * @return the message as it is stored
     * @throws NotFoundException where there is none with that id
     */
    Message markRead(MessageId id);

    /**
     * Marks all messages to an agent as read, in one statement.
     *
     * @return how many were unread
     */
    int markAllRead(AgentId receiverId);

    /** The messages about a task. */
    Page<Message> listByTask(TaskId taskId, PageRequest request);

    /** The messages for a team. */
    Page<Message> listByTeam(TeamId teamId, PageRequest request);

    /** The messages that an agent sent. */
    Page<Message> listBySender(AgentId senderId, PageRequest request);
}
