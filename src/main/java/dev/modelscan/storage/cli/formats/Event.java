package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.tasks.TaskStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that a source says. The events of several runs may interleave. For each run, {@link RunStarted} comes first and
 * {@link RunEnded} last, both once; the importer ends runs that the source leaves open.
 */
public sealed interface Event {

    /** The key of the run inside its source; null if the event belongs to none. */
    @Nullable
    String run();

    /** Where it was read. */
    Place place();

    /**
     * The source says something of all of its runs.
     *
     * @param metadata in the form's own words
     */
    record Described(Place place, ObjectNode metadata) implements Event {
        @Override
        public @Nullable String run() {
            return null;
        }
    }

    /**
     * An agent that the source describes, whether or not it takes part in a run. It comes before the runs.
     *
     * @param name the name under which messages and runs know it, unique in the source
     * @param metadata in the form's own words
     */
    record AgentDescribed(Place place, String name, ObjectNode metadata) implements Event {
        @Override
        public @Nullable String run() {
            return null;
        }
    }

    /**
     * A run begins.
     *
     * @param externalId the id that the file gives the run; null if it has none. With the form it identifies the run when the
     *     same session is imported again
     * @param parentRun for a sub-agent's run: the parent's key in this source, or its external id
     * @param name a title
     * @param agent the name of the agent whose run it is; null if the file names none
     * @param metadata what the form has beyond this, in its own words
     */
    record RunStarted(
            String run,
            Place place,
            @Nullable String externalId,
            @Nullable String parentRun,
            @Nullable String name,
            @Nullable String agent,
            @Nullable Instant startedAt,
            ObjectNode metadata)
            implements Event {}

    /**
     * A message.
     *
     * @param externalId the id that the file gives the message
     * @param parentId the external id of the message that it follows, in files that hold a tree
     * @param author the name of who wrote it, if the file has one beside the role
     * @param rest what the form has beyond this, in its own words
     */
    record MessageRead(
            String run,
            Place place,
            @Nullable String externalId,
            @Nullable String parentId,
            Role role,
            @Nullable String author,
            @Nullable Instant createdAt,
            List<Part> parts,
            ObjectNode rest)
            implements Event {

        public MessageRead {
            parts = List.copyOf(parts);
        }

        public static Builder builder(String run, Place place, Role role) {
            return new Builder(run, place, role);
        }

        /** Collects the values of a message. */
        public static final class Builder {
            private final String run;
            private final Place place;
            private final Role role;
            private final List<Part> parts = new ArrayList<>();
            private @Nullable String externalId;
            private @Nullable String parentId;
            private @Nullable String author;
            private @Nullable Instant createdAt;
            private ObjectNode rest = JsonNodeFactory.instance.objectNode();

            private Builder(String run, Place place, Role role) {
                this.run = run;
                this.place = place;
                this.role = role;
            }

            public Builder externalId(@Nullable String externalId) {
                this.externalId = externalId;
                return this;
            }

            public Builder parentId(@Nullable String parentId) {
                this.parentId = parentId;
                return this;
            }

            public Builder author(@Nullable String author) {
                this.author = author;
                return this;
            }

            public Builder createdAt(@Nullable Instant createdAt) {
                this.createdAt = createdAt;
                return this;
            }

            public Builder add(Part part) {
                parts.add(part);
                return this;
            }

            public Builder rest(ObjectNode rest) {
                this.rest = rest;
                return this;
            }

            public MessageRead build() {
                return new MessageRead(run, place, externalId, parentId, role, author, createdAt, parts, rest);
            }
        }
    }

    /**
     * A tool was used, and no message tells of it: a source that keeps a table of executions, or a trace without content.
     *
     * @param externalId the execution's id
     * @param agent the name of the agent that used it; null for the run's agent
     * @param call the call, with its input and times
     * @param answer its answer; null if it has none yet
     * @param rest what the form has beyond this, in its own words
     */
    record ToolUsed(
            String run,
            Place place,
            @Nullable String externalId,
            @Nullable String agent,
            Part.Call call,
            Part.@Nullable Answer answer,
            ObjectNode rest)
            implements Event {}

    /** Tokens; null if the file does not say. */
    record Usage(
            @Nullable Long input,
            @Nullable Long output,
            @Nullable Long cacheRead,
            @Nullable Long cacheWrite,
            @Nullable Long reasoning) {

        /** Whether the file says nothing. */
        public boolean isEmpty() {
            return input == null && output == null && cacheRead == null && cacheWrite == null && reasoning == null;
        }
    }

    /**
     * The model was called.
     *
     * @param messageId the external id of the message that it wrote; null for the latest message of the run, or for the run
     *     if it has none yet
     * @param externalId the call's id, such as that of a request: a call that is reported twice counts once
     * @param currency such as {@code USD}; null without a cost
     */
    record ModelCalled(
            String run,
            Place place,
            @Nullable String messageId,
            @Nullable String externalId,
            @Nullable String model,
            @Nullable String provider,
            Usage usage,
            @Nullable BigDecimal cost,
            @Nullable String currency,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable String finishReason)
            implements Event {}

    /**
     * A score of the run.
     *
     * @param source who gave it; null if the file does not say
     */
    record Scored(
            String run,
            Place place,
            String name,
            BigDecimal value,
            @Nullable String source) implements Event {}

    /**
     * A run has ended.
     *
     * @param externalId an id that the file gives only here; null to keep that of {@link RunStarted}
     * @param status by {@link Outcomes}; null if the file does not say, which is a completed history
     * @param error why it failed
     * @param head the external id of the last message of the branch that is shown, in files that hold a tree
     * @param rest what the form has beyond this, in its own words
     */
    record RunEnded(
            String run,
            Place place,
            @Nullable String externalId,
            @Nullable TaskStatus status,
            @Nullable String error,
            @Nullable Instant completedAt,
            @Nullable String head,
            ObjectNode rest)
            implements Event {}

    /**
     * Something odd, which is kept nevertheless.
     *
     * @param run the run; null if it concerns none
     * @param field the field in the file's own words, such as {@code messages[3].role}
     * @param text what is odd about it, and what was made of it
     */
    record Warned(@Nullable String run, Place place, String field, String text) implements Event {}

    /**
     * A record that cannot be read at all.
     *
     * @param text what is wrong with it
     */
    record Refused(Place place, String text) implements Event {
        @Override
        public @Nullable String run() {
            return null;
        }
    }
}
