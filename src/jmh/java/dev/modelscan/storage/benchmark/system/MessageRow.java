package dev.modelscan.storage.benchmark.system;

import java.time.Instant;

/**
 * A message as one would map it by hand. The library's own record would look at all of a large content, unless the library
 * itself has read it.
 */
record MessageRow(
        String id,
        String conversationId,
        long sequenceNumber,
        String senderId,
        String receiverId,
        String taskId,
        String teamId,
        String contentType,
        String content,
        String metadata,
        Instant readAt,
        long version,
        Instant createdAt,
        Instant updatedAt,
        String role) {}
