package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A database with a log, an archive and search, two agents, and a text that must be nowhere after an erasure. */
abstract class ErasureSuite extends Contract {

    /** In every text of what is erased. */
    static final String NEEDLE = "zqneedle";

    static final ConversationId OTHERS = new ConversationId("others");

    Database keeping;
    Agent ann;
    Agent bob;

    @BeforeEach
    void prepare() {
        keeping = engine().beside(db)
                .orElseThrow()
                .clock(clock)
                .keepDeleted(Duration.ofDays(30))
                .open();
        db.search().enable();
        db.audit().enable();
        bob = createAgent("bob");
        ann = bob;
    }

    @AfterEach
    void close() {
        keeping.close();
        db.audit().disable();
        db.search().disable();
        db.useTx(tx -> {
            for (String table : List.of("notes", "votes", "profiles")) {
                tx.dsl().execute("DROP TABLE IF EXISTS " + table);
            }
            for (String table : List.of("audit_entries", "audit_pending")) {
                tx.dsl().deleteFrom(DSL.table(DSL.name(table))).execute();
            }
        });
    }

    /** An agent with a text in every column; one that has the text in its id, too. */
    Agent createAnn() {
        ann = db.agents()
                .create(agent(NEEDLE + " ann")
                        .id(new AgentId("ann@" + NEEDLE))
                        .mode(NEEDLE)
                        .capabilities(NEEDLE)
                        .metadata(Map.of("note", NEEDLE))
                        .build());
        Team team = createTeam("team");
        db.teams().addMember(team.id(), ann.id(), NEEDLE);
        db.teams().addMember(team.id(), bob.id(), "kept");
        return ann;
    }

    /** What an agent says in a conversation, with a text in every column that takes one. */
    Message say(Agent agent, ConversationId conversation, String text) {
        Map<String, ?> metadata = Map.of(text, List.of(text, Map.of("deep", text)));
        Source source = db.sources()
                .create(source().name(text + ".jsonl").metadata(metadata).build());
        Task task = db.tasks()
                .create(task().type(text)
                        .agentId(agent.id())
                        .input(Json.of(metadata))
                        .output(Json.of(metadata))
                        .error(text)
                        .status(TaskStatus.FAILED)
                        .metadata(metadata)
                        .origin(Origin.of(source, "task " + text))
                        .build());
        Blob blob = db.blobs().write(text.getBytes(StandardCharsets.UTF_8));
        Message message = db.messages()
                .create(message(agent)
                        .conversationId(conversation)
                        .receiverId((agent.equals(ann) ? bob : ann).id())
                        .content("said " + text)
                        .taskId(task.id())
                        .metadata(metadata)
                        .parts(List.of(
                                MessagePart.text(text),
                                MessagePart.image("image/png", blob.id()),
                                MessagePart.toolCall("call-" + text, text, Json.of(metadata))))
                        .build());
        db.messages().putOrigins(Map.of(message.id(), Origin.of(source, "message " + text)));
        db.toolExecutions()
                .create(execution(agent)
                        .toolName(text)
                        .taskId(task.id())
                        .messageId(message.id())
                        .callId("call-" + text)
                        .input(Json.of(metadata))
                        .metadata(metadata)
                        .build());
        db.modelCalls()
                .create(modelCall()
                        .agentId(agent.id())
                        .messageId(message.id())
                        .taskId(task.id())
                        .sourceFormat("claude-code")
                        .externalId("call " + text)
                        .metadata(metadata)
                        .build());
        db.scores().create(score(task).metadata(metadata).build());
        return message;
    }

    /** Every value of every table, as a dump has it: of the library's tables, the archive and the log included. */
    List<String> dump() {
        List<String> all = new ArrayList<>();
        for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            for (Record row : db.dsl().selectFrom(table).fetch()) {
                all.add(table.getName()
                        + Arrays.stream(row.intoArray())
                                .map(ErasureContract::shown)
                                .toList());
            }
        }
        return all;
    }

    static String shown(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.ISO_8859_1) : String.valueOf(value);
    }

    void assertGone() {
        String hex = HexFormat.of().formatHex(NEEDLE.getBytes(StandardCharsets.UTF_8));
        assertThat(dump())
                .filteredOn(row -> row.toLowerCase(Locale.ROOT).contains(NEEDLE)
                        || row.toLowerCase(Locale.ROOT).contains(hex))
                .isEmpty();
        assertThat(db.search().find(NEEDLE, PageRequest.first(10)).items()).isEmpty();
        assertThat(db.audit().verify().fault()).isEmpty();
    }

    /** Rows of records, without what the log and search say of them. */
    Map<String, List<String>> records() {
        Map<String, List<String>> records = new TreeMap<>();
        for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            if (!table.getName().startsWith("audit")) {
                records.put(
                        table.getName(),
                        db.dsl().selectFrom(table).fetch().stream()
                                .map(row -> Arrays.stream(row.intoArray())
                                        .map(ErasureContract::shown)
                                        .toList()
                                        .toString())
                                .sorted()
                                .toList());
            }
        }
        return records;
    }

    ErasureReceipt erase(ErasureRequest request) {
        ErasureReceipt preview = db.erasure().preview(request);
        AuditHead before = db.audit().head();
        ErasureReceipt receipt = db.as("officer").erasure().erase(request);
        assertThat(receipt.removed()).isEqualTo(preview.removed());
        assertThat(receipt.changed()).isEqualTo(preview.changed());
        assertThat(receipt.auditEntries()).isGreaterThanOrEqualTo(preview.auditEntries());
        assertThat(receipt.scrubbed()).isTrue();
        assertThat(db.audit().verify(before).fault()).isEmpty();
        AuditEntry entry = db.audit().list(PageRequest.first(1)).items().get(0);
        assertThat(entry.action()).isEqualTo(AuditAction.ERASE);
        assertThat(entry.actor()).isEqualTo("officer");
        assertThat(entry.position()).isEqualTo(receipt.auditPosition());
        assertThat(entry.changes().toNode().path("receipt").asText()).isEqualTo(receipt.id());
        return receipt;
    }

    /** Ann and Bob talk, with a summary and a title that say what she said. */
    List<Message> talk() {
        createAnn();
        db.conversations()
                .create(Conversation.builder().id(CONVERSATION).title(NEEDLE).build());
        Message question = say(bob, CONVERSATION, "kept");
        Message answer = say(ann, CONVERSATION, NEEDLE);
        Message thanks = db.messages()
                .create(message(bob).receiverId(ann.id()).content("kept thanks").build());
        db.conversations().compact(CONVERSATION, thanks.id(), NEEDLE);
        db.toolExecutions()
                .create(execution(bob)
                        .messageId(question.id())
                        .answerMessageId(answer.id())
                        .input(Json.of("kept"))
                        .output(Json.of(NEEDLE))
                        .build());
        db.messages()
                .create(message(ann)
                        .conversationId(new ConversationId("hers alone"))
                        .build());
        return List.of(question, answer, thanks);
    }

    void change(String sql) {
        db.useTx(tx -> tx.dsl().execute(sql));
    }
}
