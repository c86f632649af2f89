package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Samples;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What a call costs in a conversation of a million messages, and for an agent with a hundred thousand conversations, over what it
 * costs with a hundredth of them.
 */
public final class LongConversations implements Workload {

    /** Behind those that every fixture has. */
    private static final int FIRST = 10_000_000;

    private static final int BATCH = 1_000;
    private static final int PER_CONVERSATION = 3;
    private static final int LIMIT = 100;
    private static final int ROUNDS = 7;
    private static final Goal GOAL = Goal.atMost(1.5);
    private static final AgentId SENDER = Fixture.agentIds()[0];

    @Override
    public String name() {
        return "conversations";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        int messages = options.quick() ? 10_000 : 1_000_000;
        int conversations = options.quick() ? 1_000 : 100_000;
        ConversationId one = new ConversationId("long");
        compare(options, fixture, outcomes, "messages in one conversation", messages, number -> one, one);
        compare(
                options,
                fixture,
                outcomes,
                "conversations of one agent",
                conversations,
                number -> new ConversationId("conversation-" + number / PER_CONVERSATION),
                new ConversationId("conversation-7"));
    }

    private static void compare(
            Options options,
            Fixture fixture,
            Outcomes outcomes,
            String what,
            int most,
            Function<Integer, ConversationId> conversation,
            ConversationId read)
            throws Exception {
        int fewest = most / 100;
        int each = what.startsWith("messages") ? 1 : PER_CONVERSATION;
        Path small = filled(fixture.copy("conversations-few"), fewest * each, conversation);
        Path large = filled(fixture.copy("conversations-many"), most * each, conversation);
        try (Database few = Database.open(small);
                Database many = Database.open(large)) {
            Map<String, Contender> ofFew = calls(few, read);
            for (Map.Entry<String, Contender> call : calls(many, read).entrySet()) {
                String title = String.format(Locale.ROOT, "%s, %,d %s", call.getKey(), most, what);
                String peer = String.format(Locale.ROOT, "%,d", fewest);
                Contender less = new Contender(peer, ofFew.get(call.getKey()).slice());
                Contest contest = Contest.run(title, List.of(less, call.getValue()), 2, ROUNDS, options.sliceNanos());
                String detail = String.format(
                        Locale.ROOT,
                        "%.1f µs against %.1f µs",
                        1e6 / contest.rate(call.getKey()).median(),
                        1e6 / contest.rate(peer).median());
                outcomes.add(Outcome.of(
                        title, "cost over that with " + peer, contest.ratio(peer, call.getKey()), GOAL, detail));
            }
        } finally {
            Fixture.deleteDatabase(small);
            Fixture.deleteDatabase(large);
        }
    }

    private static Path filled(Path file, int messages, Function<Integer, ConversationId> conversation) {
        try (Database database = Database.open(file)) {
            for (int from = 0; from < messages; from += BATCH) {
                List<Message> batch = new ArrayList<>(BATCH);
                for (int number = from; number < Math.min(from + BATCH, messages); number++) {
                    batch.add(Samples.message(conversation.apply(number), FIRST + number).toBuilder()
                            .senderId(SENDER)
                            .build());
                }
                database.messages().createAll(batch);
            }
        }
        return file;
    }

    private static Map<String, Contender> calls(Database database, ConversationId id) {
        Map<String, Contender.Operation> calls = new LinkedHashMap<>();
        calls.put("newest 100 of a conversation", () -> database.messages().listLatest(id, LIMIT));
        calls.put("first page of a conversation", () -> database.messages()
                .listByConversation(id, PageRequest.first(LIMIT)));
        calls.put("context of 100", () -> database.conversations().context(id, LIMIT));
        calls.put("page by sender", () -> database.messages().listBySender(SENDER, PageRequest.first(LIMIT)));
        calls.put("page of conversations", () -> database.conversations().list(PageRequest.first(LIMIT)));
        Map<String, Contender> contenders = new LinkedHashMap<>();
        calls.forEach((name, call) -> contenders.put(name, Contender.computing(name, call)));
        return contenders;
    }
}
