package dev.modelscan.storage.benchmark.harness;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The database that all systems start from: 1,000 agents, of which the first 100 have 200 pending and 200 completed tasks each,
 * and 8 teams each of 1, 10, 100 and 1,000 members. Rows differ in all that differs in earnest (names, capabilities, metadata,
 * input, times), since the library gains where rows are alike. Its own migrations make the schema. Ids are made from numbers, so
 * that the C program knows them too.
 */
public final class Fixture {

    /** How many agents there are. */
    public static final int AGENTS = 1_000;

    /** How many of them have tasks. */
    public static final int BUSY_AGENTS = 100;

    /** The sizes of the teams. */
    public static final List<Integer> TEAMS = List.of(1, 10, 100, 1_000);

    private static final int TEAMS_OF_A_SIZE = 8;
    private static final int TASKS_PER_STATUS = 200;
    private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");
    private static final Json INPUT = Json.of(Map.of("document", "quarterly-report.pdf", "pages", 42));

    private final Path directory;
    private final Path template;

    /** Makes the database. */
    public Fixture(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.template = directory.resolve("template.db");
        deleteDatabase(template);
        try (Database database = Database.open(template)) {
            fill(database);
        }
    }

    /** A copy of the database, for one system to write to. */
    public Path copy(String name) throws IOException {
        Path file = directory.resolve(name.replaceAll("[^A-Za-z0-9]+", "-") + ".db");
        deleteDatabase(file);
        return Files.copy(template, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Deletes a database that nobody has open. */
    public static void deleteDatabase(Path file) throws IOException {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
        }
    }

    /** The id of the agent, team, task or message with a number; each kind has its own letter. */
    public static String id(char kind, long number) {
        return String.format(Locale.ROOT, "01900000-%04x-7000-8000-%012x", (int) kind, number);
    }

    /** The ids of the agents. */
    public static AgentId[] agentIds() {
        AgentId[] ids = new AgentId[AGENTS];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = new AgentId(id('a', i));
        }
        return ids;
    }

    /** The id of one of the teams with so many members; each turn has another than the one before. */
    public static TeamId team(int size, int turn) {
        return new TeamId(id('g', size + 10_000L * Math.floorMod(turn, TEAMS_OF_A_SIZE)));
    }

    /** Fills an empty database. */
    public static void fill(Database database) {
        AgentId[] ids = agentIds();
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            agents.add(Agent.builder()
                    .id(ids[i])
                    .name("agent " + i)
                    .mode("llm")
                    .capabilities("text-generation", "search", "depth-" + i % 10)
                    .metadata(Map.of("model", "large", "seed", i))
                    .createdAt(START.plusSeconds(i))
                    .build());
        }
        database.agents().createAll(agents);
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < BUSY_AGENTS * TASKS_PER_STATUS * 2; i++) {
            tasks.add(Task.builder()
                    .id(new TaskId(id('k', i)))
                    .agentId(ids[i % BUSY_AGENTS])
                    .type("summarise")
                    .status(i / BUSY_AGENTS % 2 == 0 ? TaskStatus.PENDING : TaskStatus.COMPLETED)
                    .priority(i % 7)
                    .input(Json.of(Map.of("document", "report-" + i + ".pdf", "pages", i % 90)))
                    .createdAt(START.plusMillis(i))
                    .build());
        }
        database.tasks().createAll(tasks);
        for (int size : TEAMS) {
            for (int turn = 0; turn < TEAMS_OF_A_SIZE; turn++) {
                TeamId team = team(size, turn);
                database.teams()
                        .create(Team.builder()
                                .id(team)
                                .name("team " + turn + " of " + size)
                                .build());
                // Not in one transaction, which would give all members the same time.
                for (int i = 0; i < size; i++) {
                    database.teams().addMember(team, ids[(turn + i) % AGENTS], "worker");
                }
            }
        }
    }

    /** A task that is not stored yet. */
    public static Task newTask(AgentId agent) {
        return Task.builder()
                .agentId(agent)
                .type("summarise")
                .priority(5)
                .input(INPUT)
                .build();
    }

    /** Messages that are not stored yet, 100 to a conversation. */
    public static List<Message> newMessages(AgentId[] agents, int count) {
        List<Message> messages = new ArrayList<>(count);
        ConversationId conversation = null;
        for (int i = 0; i < count; i++) {
            conversation = i % 100 == 0 ? ConversationId.next() : conversation;
            messages.add(Message.builder()
                    .conversationId(conversation)
                    .senderId(agents[i % agents.length])
                    .receiverId(agents[(i + 1) % agents.length])
                    .contentType(ContentType.TEXT)
                    .content("The third section repeats the second; shall I merge them? (" + i + ")")
                    .build());
        }
        return messages;
    }
}
