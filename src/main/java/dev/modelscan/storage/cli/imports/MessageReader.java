package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Conditions;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.tools.ToolExecution;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** Reads the messages and the metadata of one run back as the source had them: what {@link MessageMaker} made, or an application. */
public final class MessageReader {

    private static final int UUID_LENGTH = 36;
    private static final String BLOB = "blob";
    private static final Place NOWHERE = new Place(0, 0, -1);

    private final BlobBytes blobs;
    private final Set<String> metadataBlobs = new HashSet<>();

    /** A reader of one run. */
    public MessageReader(BlobBytes blobs) {
        this.blobs = blobs;
    }

    /**
     * A message with what belongs to it.
     *
     * @param parts all of its parts
     * @param asked the tools that it asked for
     * @param answered the tools whose answer it is
     */
    public record Whole(
            Message message, List<MessagePart> parts, List<ToolExecution> asked, List<ToolExecution> answered) {

        public Whole {
            parts = List.copyOf(parts);
            asked = List.copyOf(asked);
            answered = List.copyOf(answered);
        }
    }

    /**
     * The message, without the id of the one that it follows.
     *
     * @param externalId its id in the source; null if it has none
     * @param timed whether some messages of the run have times
     */
    public MessageRead.Builder read(String run, Whole whole, @Nullable String externalId, boolean timed) {
        whole.parts().stream().filter(MessageReader::isReference).forEach(part -> metadataBlobs.add(blobOf(part)));
        Message message = whole.message();
        ObjectNode metadata = metadata(message.metadata());
        JsonNode id = metadata.path(Notes.ID);
        List<Part> parts = parts(whole, metadata);
        MessageRead.Builder read = MessageRead.builder(run, NOWHERE, role(message, parts))
                .externalId(id.isTextual() ? id.textValue() : externalId)
                .createdAt(timed && hasOwnTime(message) ? message.createdAt() : null)
                .rest(Notes.wordsOf(metadata));
        parts.forEach(read::add);
        return read;
    }

    /** What the source says of the run; call it when its messages are read. */
    public ObjectNode wordsOf(Json taskMetadata) {
        return Notes.wordsOf(metadata(taskMetadata));
    }

    /** Whether some messages of a run have times. */
    public static boolean isTimed(Json taskMetadata) {
        return !taskMetadata.toNode().path(Notes.TIMES).asText().equals(Notes.NO_TIMES);
    }

    /** The opposite in a query: no message of the run has a time. */
    public static Condition untimed(Field<Json> taskMetadata) {
        return Conditions.metadataEquals(taskMetadata, Notes.TIMES, Notes.NO_TIMES);
    }

    /** Whether a message of a run that has times has one of its own. */
    public static boolean hasOwnTime(Message message) {
        return !message.metadata().toNode().has(Notes.UNTIMED);
    }

    /** The id of the run that an imported message is of: its own begins with that UUID and a colon. */
    public static Optional<String> runOf(MessageId message) {
        int colon = message.value().indexOf(':');
        return colon == UUID_LENGTH ? Optional.of(message.value().substring(0, colon)) : Optional.empty();
    }

    private static Role role(Message message, List<Part> parts) {
        if (message.role() != null) {
            return Role.valueOf(message.role().name());
        }
        return parts.stream().anyMatch(Part.Answer.class::isInstance) ? Role.TOOL : Role.ASSISTANT;
    }

    private List<Part> parts(Whole whole, ObjectNode metadata) {
        PartReader reader = new PartReader(blobs, metadata.has(Notes.ESCAPED));
        List<Part> parts = new ArrayList<>();
        // Calls that are nested too deep are text.
        Iterator<JsonNode> calls = Fields.structure(metadata.path(Notes.CALLS)).iterator();
        List<ToolExecution> answered = new ArrayList<>(whole.answered());
        for (MessagePart part : whole.parts()) {
            boolean call = part.kind() == PartKind.TOOL_CALL;
            if (!isReference(part)) {
                ToolExecution execution = part.kind() == PartKind.TOOL_RESULT ? take(answered, part.callId()) : null;
                parts.add(reader.read(part, execution, call && calls.hasNext() ? calls.next() : null));
            }
        }
        String content = whole.message().content();
        String text = metadata.has(Notes.ESCAPED) ? Escapes.undo(content) : content;
        boolean answers = parts.stream().anyMatch(Part.Answer.class::isInstance);
        if (!answers && !whole.answered().isEmpty() && parts.isEmpty()) {
            parts.add(PartReader.answer(whole.answered().get(0), text));
        } else if (!answers && !text.isEmpty() && parts.stream().noneMatch(MessageReader::isRead)) {
            // An application's parts need not say what is to be read.
            parts.add(new Part.Text(text));
        }
        if (parts.stream().noneMatch(Part.Call.class::isInstance)) {
            whole.asked().forEach(execution -> parts.add(PartReader.call(execution)));
        }
        return parts;
    }

    private static boolean isRead(Part part) {
        return part instanceof Part.Text || part instanceof Part.Refusal;
    }

    /** Takes the execution that a part answers from those that the message answers. */
    private static @Nullable ToolExecution take(List<ToolExecution> answered, @Nullable String callId) {
        for (ToolExecution execution : answered) {
            if (callId == null || callId.equals(execution.callId())) {
                answered.remove(execution);
                return execution;
            }
        }
        return null;
    }

    private static boolean isReference(MessagePart part) {
        return part.kind() == PartKind.OTHER && PartMaker.METADATA.equals(part.name()) && part.blobId() != null;
    }

    private static String blobOf(MessagePart part) {
        return Objects.requireNonNull(part.blobId(), "blobId").value();
    }

    /** Metadata with its large members in their place, and without escapes. */
    private ObjectNode metadata(Json stored) {
        ObjectNode metadata = Fields.object();
        for (Map.Entry<String, JsonNode> member : stored.toNode().properties()) {
            JsonNode value = member.getValue();
            String blob = value.path(BLOB).asText();
            boolean isLarge = value.size() == 2 && value.has("bytes") && metadataBlobs.contains(blob);
            metadata.set(member.getKey(), isLarge ? PartReader.large(blobs, new BlobId(blob)) : value);
        }
        return metadata.has(Notes.ESCAPED) ? (ObjectNode) Escapes.undo(metadata) : metadata;
    }
}
