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
 * Stores conversations. {@link MessageRepository} makes one with its first message; make it here only to give it an
 * origin or a title.
 *
 * @since 0.1.0
 */
public interface ConversationRepository {

    /**
     * Stores a new conversation without messages.
     *
     * @return the conversation as it is stored
     * @throws ConflictException if the id, or the external id in the form of the origin, is taken
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
     *
     * @throws NotFoundException if there is none
     */
    ConversationCounts getWithCounts(ConversationId id);

    /** The conversation of that name in sources of that form. */
    Optional<Conversation> findByExternalId(String format, String externalId);

    /**
     * Says where a conversation came from.
     *
     * @return the conversation as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws ConflictException if the external id is taken in the form of the origin
     * @throws ReferenceException if the source does not exist
     */
    Conversation updateOrigin(ConversationId id, Origin origin);

    /**
     * Names a conversation.
     *
     * @param title 1 to 255 characters, not blank; null for no title
     * @return the conversation as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidDataException if the title cannot be stored
     */
    Conversation rename(ConversationId id, @Nullable String title);

    /**
     * Goes back to a message: it becomes the conversation's head, which new messages follow, and what came after it
     * stays as a branch. Copies no messages. The conversation's lists then give the messages on the path to the head.
     * To go back to another branch, fork at its last message; {@link #listBranches} has it.
     *
     * <p>Each new message is the head in its turn. One of a new conversation that follows none, such as another version
     * of the first message, is stored with its own id as {@link Message.Builder#parentId}.
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
     * Stores a summary that stands for a conversation up to a message, the message included, when {@link #context} is
     * read. The messages stay, and all lists give them as before. A second summary up to the same message replaces the
     * first. It holds for every path that the message is on, unless a call that it stands for is answered after that
     * message.
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
     * What a model is given to go on: the newest summary on the path to the head, and the messages after it. If more
     * than {@code limit} follow, it has the newest of them, without the first ones up to the last answer whose call is
     * not among them; so there may be few, or none.
     *
     * @param limit the maximum number of messages, 1 to {@link PageRequest#MAX_LIMIT}
     * @return without summary and messages if the conversation does not exist
     * @throws IllegalArgumentException if the limit is out of range
     * @throws BusyException if others move the head, or replace what the summary stands for, again and again while this
     *     reads
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
     */
    void delete(ConversationId id);
}
