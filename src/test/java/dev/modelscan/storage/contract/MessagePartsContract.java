package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the parts of messages are, and who sees them. */
abstract class MessagePartsContract extends Contract {

    private static final String SIGNATURE = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds\u2028\t==";

    private Agent sender;

    @BeforeEach
    void prepare() {
        sender = createAgent("assistant");
    }

    private static MessagePart thought() {
        return MessagePart.builder(PartKind.REASONING)
                .text(" First,\r\n\tlook it up. \ud83d\ude00 ")
                .data(Json.of(Map.of("signature", SIGNATURE)))
                .build();
    }

    private List<MessagePart> one(PartKind... kinds) {
        return List.of(kinds).stream()
                .map(kind -> MessagePart.builder(kind).text(kind.code()).build())
                .toList();
    }

    @Test
    void everyPartComesBackAsItWas() {
        Blob blob = db.blobs().write(new byte[] {1, 2, 3});
        List<MessagePart> given = new ArrayList<>(one(PartKind.values()));
        given.add(MessagePart.image("image/png; charset=binary", blob.id()));
        given.add(MessagePart.toolCall("call_1", "search", Json.parse("{\"q\":\"trains\",\"n\":[1,2.50]}")));
        given.add(MessagePart.toolResult("call_1", ""));
        given.add(MessagePart.builder(PartKind.OTHER).build());
        given.add(MessagePart.builder(PartKind.FILE)
                .name("report.pdf")
                .callId("c")
                .mediaType("application/pdf")
                .blobId(blob.id())
                .data(Json.parse("null"))
                .text("~")
                .build());
        given.add(thought());

        Message stored = db.messages()
                .create(message(sender).content("hello").parts(given).build());

        assertThat(stored.parts()).isEmpty();
        assertThat(db.messages().get(stored.id())).isEqualTo(stored);
        assertThat(db.messages().listAllParts(stored.id())).isEqualTo(given);
        assertThat(given).allMatch(part -> part.toBuilder().build().equals(part));
        assertThat(thought().text())
                .isEqualTo(db.messages()
                        .listAllParts(stored.id())
                        .get(given.size() - 1)
                        .text());
    }

    @Test
    void reasoningIsShownOnlyToThoseWhoAsk() {
        Message stored = db.messages()
                .create(Message.builder()
                        .conversationId(CONVERSATION)
                        .senderId(sender.id())
                        .parts(thought(), MessagePart.text("The 9:15."), thought())
                        .build());

        assertThat(db.messages().listParts(stored.id())).containsExactly(MessagePart.text("The 9:15."));
        assertThat(db.messages().listParts(List.of(stored.id())))
                .isEqualTo(Map.of(stored.id(), List.of(MessagePart.text("The 9:15."))));
        assertThat(db.messages().listAllParts(stored.id()))
                .containsExactly(thought(), MessagePart.text("The 9:15."), thought());
        assertThat(db.messages().get(stored.id()).content()).doesNotContain("look it up");
    }

    @Test
    void thePartsOfAPageAreReadAtOnce() {
        List<Message> given = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            List<MessagePart> parts = new ArrayList<>();
            for (int p = 0; p < i % 13; p++) {
                parts.add(MessagePart.text("part " + p + " of " + i));
            }
            given.add(message(sender).content("message " + i).parts(parts).build());
        }
        List<Message> stored = db.messages().createAll(given);
        List<MessageId> ids = new ArrayList<>(stored.stream().map(Message::id).toList());
        Collections.reverse(ids);

        Map<MessageId, List<MessagePart>> parts = db.messages().listParts(ids);

        assertThat(parts.keySet()).containsExactlyElementsOf(ids);
        given.forEach(message -> assertThat(parts.get(message.id())).isEqualTo(message.parts()));
        assertThat(db.messages().listAllParts(ids)).isEqualTo(parts);
        assertThat(db.messages().listParts(List.of())).isEmpty();
        assertThat(db.messages().listParts(MessageId.next())).isEmpty();
        List<MessageId> most = Collections.nCopies(PageRequest.MAX_LIMIT, ids.get(0));
        assertThat(db.messages().listParts(most)).containsOnlyKeys(ids.get(0));
        assertThatThrownBy(
                        () -> db.messages().listParts(Collections.nCopies(PageRequest.MAX_LIMIT + 1, MessageId.next())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutContentItIsTheReadableText() {
        Message.Builder builder = Message.builder().conversationId(CONVERSATION).senderId(sender.id());
        assertThatThrownBy(builder::build).isInstanceOf(InvalidDataException.class);
        assertThat(builder.parts(MessagePart.text("Look:"), thought(), MessagePart.text("a tree."))
                        .build()
                        .content())
                .isEqualTo("Look:\na tree.");
        assertThat(builder.parts(thought()).build().content()).isEmpty();
        assertThat(builder.content("said").build().content()).isEqualTo("said");
    }

    @Test
    void partsGoWithTheirMessage() {
        Message stored = db.messages()
                .create(message(sender).parts(MessagePart.text("a")).build());
        Message other = db.messages()
                .create(message(sender).parts(MessagePart.text("b")).build());

        db.messages().delete(stored.id());

        assertThat(db.messages().listAllParts(stored.id())).isEmpty();
        assertThat(db.messages().listAllParts(other.id())).containsExactly(MessagePart.text("b"));
    }

    @Test
    void aBlobThatDoesNotExistRefusesTheMessage() {
        BlobId missing = new BlobId("0".repeat(64));
        Message refused =
                message(sender).parts(MessagePart.image("image/png", missing)).build();

        ReferenceException refusal = catchThrowableOfType(
                ReferenceException.class, () -> db.messages().create(refused));

        RepositoryContract.assertNames(refusal, "message", refused.id());
        assertThat(refusal).hasMessageContaining(missing.value());
        assertThat(db.messages().find(refused.id())).isEmpty();
        assertThatThrownBy(() -> db.messages().createAll(List.of(message(sender).build(), refused)))
                .isInstanceOf(ReferenceException.class);
        assertThat(db.messages().list(10, 0)).isEmpty();
    }

    @Test
    void anUpdateKeepsThePartsAndTakesNone() {
        Message stored = db.messages()
                .create(message(sender).parts(MessagePart.text("a")).build());

        Message updated =
                db.messages().update(stored.toBuilder().content("changed").build());

        assertThat(db.messages().listParts(stored.id())).containsExactly(MessagePart.text("a"));
        assertThatThrownBy(() -> db.messages()
                        .update(updated.toBuilder().parts(MessagePart.text("b")).build()))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("parts");
    }

    @Test
    void whatCannotBeStoredIsRefusedByName() {
        assertThatThrownBy(() -> MessagePart.text("a\0b")).isInstanceOf(InvalidDataException.class);
        assertThatThrownBy(
                        () -> MessagePart.builder(PartKind.IMAGE).mediaType(" ").build())
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("mediaType");
        Message.Builder most = message(sender).parts(Collections.nCopies(Message.MAX_PARTS, MessagePart.text("")));
        assertThat(most.build().parts()).hasSize(10_000);
        Message.Builder many = message(sender).parts(Collections.nCopies(Message.MAX_PARTS + 1, MessagePart.text("")));
        assertThatThrownBy(many::build).isInstanceOf(InvalidDataException.class).hasMessageContaining("parts");
        MessagePart unchecked = new MessagePart(PartKind.TEXT, null, null, null, null, null, "\ud800");
        assertThatThrownBy(() ->
                        db.messages().create(message(sender).parts(unchecked).build()))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("parts.text");
    }
}
