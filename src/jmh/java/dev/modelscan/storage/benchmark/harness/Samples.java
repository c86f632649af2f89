package dev.modelscan.storage.benchmark.harness;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.workflows.WorkflowId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Records as people store them: no two have a column in common, except what a list is filtered by. One text in
 * four is not in Latin script, and lengths have a long tail. The same number gives the same record.
 */
public final class Samples {

    /** The largest text of the tail. */
    private static final int LONGEST = 200_000;

    private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");

    private static final String[] WORDS = ("the third section repeats what was said before about terms of delivery "
                    + "please check whether this invoice number is still open and call search_orders again with a "
                    + "smaller limit because error 429 came back after 12 seconds naïve café Zürich done")
            .split(" ");

    private static final String[] OTHER_WORDS =
            "проверьте счёт номер поставка завтра 請確認 發票 號碼 納期 は 明日 です 오류 다시 시도 παράδοση αύριο 🙂 ✅ 429".split(" ");

    private static final AgentId[] AGENTS = Fixture.agentIds();

    private Samples() {}

    /** An agent. */
    public static Agent agent(int number) {
        SplittableRandom random = random('a', number);
        return Agent.builder()
                .id(AGENTS[number])
                .name("agent " + number + " " + words(random, 20))
                .mode("llm-" + number)
                .status(AgentStatus.values()[random.nextInt(AgentStatus.values().length)])
                .capabilities(capabilities(random))
                .metadata(json(random, 40))
                .createdAt(time(random))
                .build();
    }

    private static List<String> capabilities(SplittableRandom random) {
        List<String> all = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            all.add(WORDS[random.nextInt(WORDS.length)] + "-" + random.nextInt(1_000));
        }
        return all.stream().distinct().toList();
    }

    /**
     * A task with all values that its status allows.
     *
     * @param parent of one in four
     */
    public static Task task(int number, AgentId agent, TaskStatus status, TaskId parent) {
        SplittableRandom random = random('k', number);
        Instant created = time(random);
        Task.Builder task = Task.builder()
                .id(new TaskId(Fixture.id('k', number)))
                .agentId(agent)
                .workflowId(new WorkflowId(Fixture.id('w', random.nextInt(Fixture.WORKFLOWS))))
                .teamId(Fixture.team(Fixture.TEAMS.get(random.nextInt(Fixture.TEAMS.size())), number))
                .type(WORDS[random.nextInt(WORDS.length)] + "." + random.nextInt(10_000))
                .status(status)
                .priority(random.nextInt(-100, 101))
                .input(json(random, 120))
                .metadata(json(random, 30))
                .createdAt(created);
        if (random.nextInt(4) == 0) {
            task.parentId(parent).error("HTTP " + random.nextInt(400, 600) + ": " + text(random, 60));
        }
        if (status != TaskStatus.PENDING && random.nextInt(2) == 0) {
            task.origin(new Origin("json", "run-" + number, null, (long) number, random.nextLong(100_000), null));
        }
        if (status != TaskStatus.PENDING) {
            task.output(json(random, 160))
                    .startedAt(created.plusNanos(1_000L * random.nextInt(1_000_000_000)))
                    .completedAt(created.plusSeconds(random.nextInt(1_000, 10_000)));
        }
        return task.build();
    }

    /** A completed task with an input of 10 KB. */
    static Task largeTask(TaskId id, int number, AgentId agent) {
        SplittableRandom random = random('b', number);
        // Other numbers than those of other tasks, since origins are made from them.
        return task(100_000 + number, agent, TaskStatus.COMPLETED, null).toBuilder()
                .id(id)
                .input(Json.of(Map.of("document", words(random, 10_000))))
                .build();
    }

    /** A message of about the given length, whose other columns differ too. */
    public static Message message(ConversationId conversation, int number, int length) {
        SplittableRandom random = random('m', number);
        String content =
                random.nextInt(4) == 0 ? filled(random, OTHER_WORDS, length * 2 / 3) : filled(random, WORDS, length);
        return message(conversation, number, random, content);
    }

    /** A message whose length comes from the long tail. */
    public static Message message(ConversationId conversation, int number) {
        SplittableRandom random = random('m', number);
        return message(conversation, number, random, text(random, 300));
    }

    private static Message message(ConversationId conversation, int number, SplittableRandom random, String content) {
        return Message.builder()
                .id(new MessageId(Fixture.id('m', number)))
                .conversationId(conversation)
                .senderId(AGENTS[random.nextInt(AGENTS.length)])
                .receiverId(AGENTS[random.nextInt(AGENTS.length)])
                .taskId(new TaskId(Fixture.id('k', random.nextInt(Fixture.TASKS))))
                .teamId(Fixture.team(Fixture.TEAMS.get(random.nextInt(Fixture.TEAMS.size())), number))
                .role(MessageRole.values()[random.nextInt(MessageRole.values().length)])
                .contentType(new ContentType("text/x-" + random.nextInt(10_000)))
                .content(content)
                .metadata(json(random, 40))
                .readAt(time(random))
                .createdAt(START.plusMillis(random.nextInt(1_000)))
                .build();
    }

    /** A message of 1,000 characters outside Latin script. */
    public static Message messageOfOtherScript(ConversationId conversation, int number) {
        SplittableRandom random = random('m', number);
        return message(conversation, number, random, filled(random, OTHER_WORDS, 1_000));
    }

    /** A text whose length comes from the long tail. */
    public static String text(int number) {
        return text(random('x', number), 300);
    }

    /** The JSON of plain values. */
    public static String jsonText(Map<String, ?> value) {
        return Json.of(value).toString();
    }

    private static SplittableRandom random(char kind, int number) {
        return new SplittableRandom(kind * 1_000_003L + number);
    }

    private static Instant time(SplittableRandom random) {
        return START.plusNanos(1_000L * random.nextLong(20_000_000_000_000L));
    }

    private static Json json(SplittableRandom random, int median) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("document", "report-" + random.nextInt(1_000_000) + ".pdf");
        value.put("pages", random.nextInt(1_000));
        value.put("note", text(random, median));
        return Json.of(value);
    }

    private static String words(SplittableRandom random, int length) {
        return filled(random, random.nextInt(4) == 0 ? OTHER_WORDS : WORDS, length);
    }

    /** Text of a length with a long tail: one in 20 is ten times as long as the median, one in 700 fifty times. */
    private static String text(SplittableRandom random, int median) {
        double length = median * Math.exp(1.4 * random.nextGaussian() / (random.nextInt(2) + 1));
        return words(random, (int) Math.min(LONGEST, Math.max(4, length)));
    }

    private static String filled(SplittableRandom random, String[] words, int length) {
        StringBuilder text = new StringBuilder(length + 20);
        while (text.length() < length) {
            text.append(words[random.nextInt(words.length)]).append(random.nextInt(40) == 0 ? '\n' : ' ');
            if (random.nextInt(10) == 0) {
                text.append(random.nextInt(100_000)).append(' ');
            }
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end);
    }
}
