package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.conversations.Message;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A message, as Hibernate sees it. */
@Entity
@Table(name = "messages")
public class MessageEntity {
    @Id
    String id;

    @Column(name = "conversation_id")
    String conversationId;

    @Column(name = "sequence_number")
    long sequenceNumber;

    @Column(name = "sender_id")
    String senderId;

    @Column(name = "receiver_id")
    String receiverId;

    @Column(name = "content_type")
    String contentType;

    String content;
    String metadata;
    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    static MessageEntity of(Message message) {
        MessageEntity entity = new MessageEntity();
        entity.id = message.id().value();
        entity.conversationId = message.conversationId().value();
        entity.sequenceNumber = message.sequenceNumber();
        entity.senderId = message.senderId().value();
        entity.receiverId =
                message.receiverId() == null ? null : message.receiverId().value();
        entity.contentType = message.contentType().value();
        entity.content = message.content();
        entity.metadata = message.metadata().toString();
        entity.version = message.version();
        entity.createdAt = message.createdAt();
        entity.updatedAt = message.updatedAt();
        return entity;
    }
}
