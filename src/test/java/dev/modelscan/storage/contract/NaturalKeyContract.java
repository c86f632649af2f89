package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationCounts;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.teams.Team;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Records found by their names, or made; and the tail of a conversation replaced. */
abstract class NaturalKeyContract extends Contract {

    @Test
    void whatIsThereIsFoundAndLeftAsItIs() {
        Agent stored = createAgent("a");
        Team team = createTeam("t");

        assertThat(db.agents().findOrCreate(agent("a").mode("rules").build())).isEqualTo(stored);
        assertThat(db.agents().findOrCreate(stored)).isEqualTo(stored);
        assertThat(db.teams()
                        .findOrCreate(
                                Team.builder().name("t").description("other").build()))
                .isEqualTo(team);
        assertThat(everything()).hasSize(2);
    }

    @Test
    void whatIsMissingIsStored() {
        Agent agent =
                agent("a").status(AgentStatus.ACTIVE).metadata(Map.of("n", 1)).build();
        Team team = Team.builder().name("t").description("d").build();

        assertThat(db.agents().findOrCreate(agent)).isEqualTo(agent);
        assertThat(db.teams().upsert(team)).isEqualTo(team);

        assertThat(db.agents().get(agent.id())).isEqualTo(agent);
        assertThat(db.teams().get(team.id())).isEqualTo(team);
    }

    @Test
    void anUpsertOverwritesAllButWhatIsTheRecordsOwn() {
        Agent stored = db.agents().updateStatus(createAgent("a").id(), AgentStatus.ACTIVE);
        clock.advance();
        Agent given = agent("a")
                .mode("rules")
                .capabilities("x")
                .metadata(Map.of("n", 1))
                .build();

        Agent updated = db.agents().upsert(given);

        assertThat(updated)
                .isEqualTo(new Agent(
                        stored.id(),
                        "a",
                        "rules",
                        AgentStatus.ACTIVE,
                        List.of("x"),
                        given.metadata(),
                        stored.version() + 1,
                        stored.createdAt(),
                        updated.updatedAt()));
        assertThat(updated.updatedAt()).isAfterOrEqualTo(stored.updatedAt());
        assertThat(db.agents().get(stored.id())).isEqualTo(updated);
    }

    @Test
    void anIdThatAnotherHasIsRefused() {
        Agent stored = createAgent("a");
        Agent other = agent("b").id(stored.id()).build();
        for (Runnable call : List.<Runnable>of(
                () -> db.agents().findOrCreate(other), () -> db.agents().upsert(other))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("agent " + stored.id());
        }
        assertThat(db.agents().list(10, 0)).containsExactly(stored);
    }

    @Test
    void ofManyAtOnceOneStoresAndAllGetIt() throws Exception {
        try (Database other = engine().beside(db).orElseThrow().clock(clock).open()) {
            for (int round = 0; round < 10; round++) {
                String name = "agent " + round;
                List<Agent> got = Workers.runTogether(thread -> () -> {
                    Database one = thread % 2 == 0 ? db : other;
                    Agent mine = agent(name).mode("mode " + thread).build();
                    return thread % 4 < 2
                            ? one.agents().findOrCreate(mine)
                            : one.withTx(tx -> {
                                Agent found = tx.agents().findOrCreate(mine);
                                // The transaction can go on.
                                tx.agents().get(found.id());
                                return found;
                            });
                });
                assertThat(got).containsOnly(db.agents().getByName(name));
            }
            assertThat(db.agents().list(100, 0)).hasSize(10);
        }
    }

    @Test
    void ofManyUpsertsOneStoresAndTheOthersOverwrite() throws Exception {
        try (Database other = engine().beside(db).orElseThrow().clock(clock).open()) {
            List<Team> got = Workers.runTogether(thread -> () -> {
                Database one = thread % 2 == 0 ? db : other;
                return one.teams()
                        .upsert(Team.builder()
                                .name("t")
                                .description("d" + thread)
                                .build());
            });
            assertThat(got).extracting(Team::id).containsOnly(got.get(0).id());
            assertThat(got).extracting(Team::version).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
            assertThat(db.teams().getByName("t").version()).isEqualTo(8);
        }
    }

    private Message say(Agent sender, String content) {
        return db.messages().create(message(sender).content(content).build());
    }

    private List<String> contents() {
        Page<Message> page = db.messages().listByConversation(CONVERSATION, PageRequest.first(100));
        return page.items().stream().map(Message::content).toList();
    }

    @Test
    void aConversationIsCounted() {
        Agent a = createAgent("a");
        Agent b = createAgent("b");
        say(a, "1");
        Message toB = db.messages().create(message(a).receiverId(b.id()).build());
        Message last = db.messages().create(message(b).receiverId(a.id()).build());
        Conversation conversation = db.conversations().get(CONVERSATION);
        assertThat(db.conversations().getWithCounts(CONVERSATION))
                .isEqualTo(new ConversationCounts(conversation, 3, 2, last.createdAt()));
        db.messages().markRead(toB.id());
        assertThat(db.conversations().getWithCounts(CONVERSATION).unread()).isEqualTo(1);

        Conversation empty = db.conversations().create(Conversation.builder().build());
        assertThat(db.conversations().getWithCounts(empty.id())).isEqualTo(new ConversationCounts(empty, 0, 0, null));
        assertThatThrownBy(() -> db.conversations().getWithCounts(ConversationId.next()))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void aTailIsReplaced() {
        Agent a = createAgent("a");
        Message first = say(a, "1");
        say(a, "2");
        say(a, "3");
        List<Message> stored = db.conversations()
                .replaceTail(
                        CONVERSATION,
                        first.id(),
                        List.of(
                                message(a).content("4").build(),
                                message(a).content("5").build()));
        assertThat(stored).extracting(Message::sequenceNumber).containsExactly(4L, 5L);
        assertThat(contents()).containsExactly("1", "4", "5");
        assertThat(db.conversations().replaceTail(CONVERSATION, stored.get(0).id(), List.of()))
                .isEmpty();
        assertThat(contents()).containsExactly("1", "4");
        db.conversations()
                .replaceTail(CONVERSATION, null, List.of(message(a).content("6").build()));
        assertThat(contents()).containsExactly("6");
    }

    @Test
    void aTailThatCannotBeReplacedStays() {
        Agent a = createAgent("a");
        Message first = say(a, "1");
        Message second = say(a, "2");
        Message taken = message(a).id(first.id()).content("3").build();
        assertThatThrownBy(() -> db.conversations().replaceTail(CONVERSATION, first.id(), List.of(taken)))
                .isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> db.conversations().replaceTail(CONVERSATION, MessageId.next(), List.of()))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> db.conversations().replaceTail(ConversationId.next(), null, List.of()))
                .isInstanceOf(NotFoundException.class);
        Message elsewhere = db.messages()
                .create(message(a).conversationId(ConversationId.next()).build());
        assertThatThrownBy(() -> db.conversations().replaceTail(CONVERSATION, elsewhere.id(), List.of()))
                .isInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> db.conversations()
                        .replaceTail(
                                CONVERSATION,
                                first.id(),
                                List.of(message(a)
                                        .conversationId(ConversationId.next())
                                        .build())))
                .isInstanceOf(InvalidDataException.class);
        assertThat(contents()).containsExactly("1", "2");
        db.conversations().fork(CONVERSATION, first.id());
        say(a, "3");
        assertThatThrownBy(() -> db.conversations().replaceTail(CONVERSATION, first.id(), List.of()))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("it has branches");
        assertThat(db.messages().find(second.id())).isPresent();
    }
}
