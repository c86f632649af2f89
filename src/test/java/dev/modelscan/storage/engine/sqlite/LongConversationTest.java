package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.metrics.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Near its beginning and its end, a conversation costs the same however long it is: told by the rows that are read. */
class LongConversationTest {

    private final AtomicLong rows = new AtomicLong();
    private Database db;
    private AgentId agent;

    @BeforeEach
    void open() {
        db = Database.builder()
                .inMemory()
                .listener(operation -> rows.addAndGet(operation.kind() == Operation.Kind.SQL ? 0 : operation.rows()))
                .open();
        agent = db.agents()
                .create(Agent.builder().name("a").mode("llm").build())
                .id();
    }

    @AfterEach
    void close() {
        db.close();
    }

    /** Questions, calls and answers in turn. */
    private List<Message> conversation(int turns) {
        ConversationId id = ConversationId.next();
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            messages.add(message(id, "question").build());
            messages.add(message(id, "")
                    .parts(MessagePart.toolCall("call " + i, "search", Json.emptyObject()))
                    .build());
            messages.add(message(id, "")
                    .parts(MessagePart.toolResult("call " + i, "found"))
                    .build());
        }
        return db.messages().createAll(messages);
    }

    private Message.Builder message(ConversationId id, String content) {
        return Message.builder().conversationId(id).senderId(agent).content(content);
    }

    private Map<String, Long> rowsOf(int turns) {
        Map<String, Long> all = new LinkedHashMap<>();
        Map<String, CallOfLong> calls = new LinkedHashMap<>();
        calls.put("context", (id, list) -> db.conversations().context(id, 10));
        calls.put("compact near the end", (id, list) -> db.conversations()
                .compact(id, list.get(list.size() - 3).id(), "summary"));
        calls.put("compact at a call", (id, list) -> db.conversations()
                .compact(id, list.get(list.size() - 2).id(), "summary", InsideToolCall.MOVE_BEFORE_CALL));
        calls.put("fork near the end", (id, list) -> db.conversations()
                .fork(id, list.get(list.size() - 4).id()));
        calls.put("fork near the beginning", (id, list) -> db.conversations()
                .fork(id, list.get(2).id()));
        calls.put("latest of the branch", (id, list) -> db.messages().listLatest(id, 3));
        List<Message> messages = conversation(turns);
        calls.forEach((name, call) -> {
            rows.set(0);
            call.run(messages.get(0).conversationId(), messages);
            all.put(name, rows.get());
        });
        return all;
    }

    private interface CallOfLong {
        void run(ConversationId id, List<Message> messages);
    }

    @Test
    void itsLengthDoesNotCount() {
        assertThat(rowsOf(400)).isEqualTo(rowsOf(120));
    }

    @Test
    void aCallIsFoundHoweverFarItsAnswerIs() {
        ConversationId id = ConversationId.next();
        List<Message> messages = new ArrayList<>();
        messages.add(message(id, "question").build());
        messages.add(message(id, "")
                .parts(MessagePart.toolCall("far", "search", Json.emptyObject()))
                .build());
        for (int i = 0; i < 1_500; i++) {
            messages.add(message(id, "meanwhile").build());
        }
        messages.add(
                message(id, "").parts(MessagePart.toolResult("far", "found")).build());
        List<Message> stored = db.messages().createAll(messages);
        for (int at : List.of(1, 2, 700, 800, 1_000, 1_501)) {
            assertThat(db.conversations()
                            .compact(id, stored.get(at).id(), "summary", InsideToolCall.MOVE_BEFORE_CALL)
                            .id())
                    .isEqualTo(stored.get(0).id());
        }
        Message last = stored.get(stored.size() - 1);
        assertThat(db.conversations().compact(id, last.id(), "summary").id()).isEqualTo(last.id());
    }
}
