package dev.modelscan.storage.erasure;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is to be erased, and how. Immutable.
 *
 * @since 0.1.0
 */
public final class ErasureRequest {

    /**
     * What is erased.
     *
     * @since 0.1.0
     */
    public enum Kind {
        /** An agent, with what it wrote. */
        AGENT,
        /** A conversation, with all of its content. */
        CONVERSATION,
        /** Tasks, workflows, conversations, messages and model calls that a source gave an id. */
        EXTERNAL_ID
    }

    private final Kind kind;
    private final String id;
    private final @Nullable String format;
    private final boolean pseudonymises;
    private final boolean scrubs;
    private final @Nullable Path backups;
    private final @Nullable Keep keep;

    private ErasureRequest(
            Kind kind,
            String id,
            @Nullable String format,
            boolean pseudonymises,
            boolean scrubs,
            @Nullable Path backups,
            @Nullable Keep keep) {
        this.kind = kind;
        this.id = id;
        this.format = format;
        this.pseudonymises = pseudonymises;
        this.scrubs = scrubs;
        this.backups = backups;
        this.keep = keep;
    }

    private static ErasureRequest of(Kind kind, String id, @Nullable String format) {
        return new ErasureRequest(kind, id, format, false, true, null, null);
    }

    /** An agent and what it wrote: messages, tool executions, tasks, model calls, memberships. Others' records stay. */
    public static ErasureRequest agent(AgentId id) {
        return of(Kind.AGENT, Objects.requireNonNull(id, "id").value(), null);
    }

    /**
     * A conversation with its messages, tool executions and model calls, and the tasks that have messages nowhere else.
     */
    public static ErasureRequest conversation(ConversationId id) {
        return of(Kind.CONVERSATION, Objects.requireNonNull(id, "id").value(), null);
    }

    /**
     * What came from a source under an id: tasks and conversations with all of their content, workflows, messages,
     * model calls.
     *
     * @param format the format of the source, such as {@code claude-code}
     * @throws InvalidDataException if the format or the id is not valid text, which no record can have
     */
    public static ErasureRequest externalId(String format, String externalId) {
        Objects.requireNonNull(externalId, "externalId");
        Objects.requireNonNull(format, "format");
        return of(
                Kind.EXTERNAL_ID,
                Checks.text("erasure", null, "externalId", externalId),
                Checks.text("erasure", null, "format", format));
    }

    /**
     * Keeps the agent's records, with their times, statuses and references, but without their content, and under a new,
     * meaningless agent. So statistics and the order of conversations stay.
     *
     * @throws IllegalStateException if the request is not for an agent
     */
    public ErasureRequest pseudonymised() {
        if (kind != Kind.AGENT) {
            throw new IllegalStateException("only an agent can be pseudonymised; erase the rest without it");
        }
        return new ErasureRequest(kind, id, format, true, scrubs, backups, keep);
    }

    /** Leaves out {@link Erasure#scrub}. For many requests, after which you call it once. */
    public ErasureRequest withoutScrub() {
        return new ErasureRequest(kind, id, format, pseudonymises, false, backups, keep);
    }

    /**
     * Names all backups in a directory, whatever their time: they may hold what was erased.
     *
     * @param keep which of them are kept, so that the receipt can say when each is deleted; null if none is ever
     *     deleted
     */
    public ErasureRequest backups(Path directory, @Nullable Keep keep) {
        return new ErasureRequest(
                kind, id, format, pseudonymises, scrubs, Objects.requireNonNull(directory, "directory"), keep);
    }

    /** What is erased. */
    public Kind kind() {
        return kind;
    }

    /** The id of the agent or the conversation, or the external id. */
    public String id() {
        return id;
    }

    /** The format of the source of an external id; null for other kinds. */
    public @Nullable String format() {
        return format;
    }

    /** Whether records stay without content. */
    public boolean pseudonymises() {
        return pseudonymises;
    }

    /** Whether {@link Erasure#scrub} follows. */
    public boolean scrubs() {
        return scrubs;
    }

    /** The directory of backups; null if none was given. */
    public @Nullable Path backups() {
        return backups;
    }

    /** Which backups are kept; null if that was not said. */
    public @Nullable Keep keep() {
        return keep;
    }

    @Override
    public String toString() {
        return kind + " " + (format == null ? "" : format + " ") + id + (pseudonymises ? ", pseudonymised" : "");
    }
}
