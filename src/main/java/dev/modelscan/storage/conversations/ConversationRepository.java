package dev.modelscan.storage.conversations;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.sources.Origin;
import java.util.Optional;

/**
 * Stores conversations. {@link MessageRepository} makes one with its first message; make it here only to give it an origin.
 *
 * @since 0.1
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

    /** A page of all conversations, by {@code createdAt}, then id. */
    Page<Conversation> list(PageRequest request);

    /**
     * Deletes a conversation with all its messages.
     *
     * @throws NotFoundException if there is none with that id
     */
    void delete(ConversationId id);
}
