package dev.modelscan.storage.conversations;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.OpenToolCallException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.sources.Origin;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores conversations. {@link MessageRepository} makes one with its first message; create one here only to give it an
 * origin or a title. Each method may also throw what {@link dev.modelscan.storage.Repository} says of every call.
 *
 * @since 0.1.0
 */
public interface ConversationRepository {

    /**
     * Stores a new conversation without messages.
     *
     * @return the conversation as it is stored
     * @throws ConflictException if the id, or the external id in the format of the origin, is taken
     * @throws ReferenceException if its source does not exist
     */
    Conversation create(Conversation conversation);

    /**
     * The conversation with that id.
     *
     * @throws NotFoundException if there is none
     */
    Conversation get(ConversationId id);

    /** The conversation with that id, or nothing. */
    Optional<Conversation> find(ConversationId id);

    /**
     * The conversation with that id, and how much it holds. Counts its messages, so it takes longer the more there are.
     * The counts are read after the conversation, and may be newer.
     *
     * @throws NotFoundException if there is none
     */
    ConversationCounts getWithCounts(ConversationId id);

    /** The conversation with this format and external id in its origin; empty if there is none. */
    Optional<Conversation> findByExternalId(String format, String externalId);

    /**
     * Sets where a conversation came from; {@link Origin#NONE} removes it.
     *
     * @return the conversation as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws ConflictException if the external id is taken in the format of the origin
     * @throws ReferenceException if the source does not exist
     */
    Conversation updateOrigin(ConversationId id, Origin origin);

    /**
     * Sets or removes the title of a conversation.
     *
     * @param title 1 to 255 characters, not blank; null for no title
     * @return the conversation as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidDataException if the title cannot be stored
     */
    Conversation rename(ConversationId id, @Nullable String title);

    /**
     * Goes back to a message: it becomes the conversation's head, and new messages follow it. The messages that came
     * after it stay, as a branch. No message is copied. The conversation's lists then have the messages on the path to
     * the head. To go back to another branch, fork at its last message; {@link #listBranches} has it.
     *
     * <p>Each new message becomes the head. To begin a branch at the start of the conversation, such as with another
     * version of the first message, give a new message its own id as {@link Message.Builder#parentId}.
     *
     * @param at a message of the conversation, on any branch
     * @return the head: {@code at}, or the message before an open call
     * @throws NotFoundException if there is no such message
     * @throws InvalidDataException if it is a message of another conversation
     * @throws OpenToolCallException if {@code at} is between a tool's call and the answer to it, and {@code inside}
     *     says {@link InsideToolCall#REFUSE} or there is no message before the call
     */
    Message fork(ConversationId id, MessageId at, InsideToolCall inside);

    /** {@link #fork(ConversationId, MessageId, InsideToolCall)} with {@link InsideToolCall#REFUSE}. */
    default Message fork(ConversationId id, MessageId at) {
        return fork(id, at, InsideToolCall.REFUSE);
    }

    /**
     * The last message of each branch, by number; of a conversation without branches, its newest message. {@link
     * MessageRepository#listByBranch} reads the path to one.
     */
    Page<Message> listBranches(ConversationId id, PageRequest request);

    /**
     * Stores a summary of a conversation up to a message, that message included. {@link #context} returns the summary
     * in place of these messages. The messages stay in all lists. Another summary up to the same message replaces the
     * first. {@link #context} uses it on every path that has the message, unless a tool's call in the summarised part
     * is answered after it.
     *
     * @param upTo a message of the conversation
     * @param summary kept to the letter
     * @return the last message that the summary stands for: {@code upTo}, or the message before an open call
     * @throws NotFoundException if there is no such message
     * @throws InvalidDataException if it is a message of another conversation, or the summary cannot be stored
     * @throws OpenToolCallException as {@link #fork(ConversationId, MessageId, InsideToolCall)} throws it
     */
    Message compact(ConversationId id, MessageId upTo, String summary, InsideToolCall inside);

    /** {@link #compact(ConversationId, MessageId, String, InsideToolCall)} with {@link InsideToolCall#REFUSE}. */
    default Message compact(ConversationId id, MessageId upTo, String summary) {
        return compact(id, upTo, summary, InsideToolCall.REFUSE);
    }

    /**
     * What to give a model to continue: the newest summary on the path to the head, and the messages after it. If there
     * are more than {@code limit}, the oldest are left out, and then all up to the last answer whose call is left out.
     * So there may be few messages, or none.
     *
     * @param limit the maximum number of messages, 1 to {@link PageRequest#MAX_LIMIT}
     * @return has neither summary nor messages if the conversation does not exist
     * @throws IllegalArgumentException if the limit is out of range
     * @throws BusyException if others change the head or delete the summary again and again while this reads
     */
    ConversationContext context(ConversationId id, int limit);

    /**
     * Replaces what comes after a message, in one transaction: deletes the messages after it and stores new ones in
     * their place, as when a question is asked again in other words. Their numbers are new; those of deleted messages
     * are not used again. {@link #fork} goes back and keeps them.
     *
     * @param after a message of the conversation, which stays; null to replace all
     * @param messages new messages of the conversation, in order; empty to cut the conversation
     * @return the new messages as they are stored
     * @throws NotFoundException if there is no such conversation or message
     * @throws InvalidDataException if a message is of another conversation, or the conversation has branches
     * @throws OpenToolCallException if {@code after} is between a tool's call and the answer to it
     * @throws ConflictException if the id of a new message is taken
     * @throws ReferenceException if a new message refers to a record that does not exist
     */
    List<Message> replaceTail(ConversationId id, @Nullable MessageId after, List<Message> messages);

    /** A page of all conversations, by {@code createdAt}, then id. */
    Page<Conversation> list(PageRequest request);

    /**
     * Deletes a conversation with all its messages.
     *
     * @throws NotFoundException if there is none with that id
     * @throws ReferenceException if rows of the application's that must not lose it, or one of its messages, refer to
     *     it
     */
    void delete(ConversationId id);
}
