package dev.modelscan.storage.benchmark.harness;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The database that all systems start from. Its rows are those of {@link Samples}: 1,000 agents, of which 40 have 110 completed
 * and 20 pending tasks each; teams of 1 to 1,000 members; conversations of small and large messages. One more agent has tasks
 * that are alike, and one has tasks with inputs of 10 KB. The library's migrations make the schema. Ids are made from numbers, so that the C program knows them too.
 */
public final class Fixture {

    /** How many agents there are. */
    public static final int AGENTS = 1_000;

    /** How many of them have tasks. */
    public static final int BUSY_AGENTS = 40;

    /** The sizes of the teams. */
    public static final List<Integer> TEAMS = List.of(1, 10, 100, 1_000);

    /** How many workflows the tasks belong to. */
    public static final int WORKFLOWS = 200;

    private static final int COMPLETED = 110;
    private static final int PENDING = 20;

    /** How many tasks there are, without those that are alike. */
    public static final int TASKS = BUSY_AGENTS * (COMPLETED + PENDING);

    /** Who has the tasks that are alike. */
    public static final int ALIKE_AGENT = AGENTS - 1;

    /** Who has the tasks with large inputs. */
    public static final int LARGE_AGENT = AGENTS - 2;

    /** How many members the oldest teams have. */
    public static final int SMALL_TEAM = 20;

    /** How many of those there are. */
    public static final int SMALL_TEAMS = 50;

    private static final int TEAMS_OF_A_SIZE = 8;
    private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");
    private static final Json INPUT = Json.of(Map.of("document", "quarterly-report.pdf", "pages", 42));

    private static final List<Task> NEW_TASKS = IntStream.range(0, 256)
            .mapToObj(number -> Samples.task(number, agentIds()[0], TaskStatus.PENDING, null))
            .toList();

    private static final AtomicInteger CREATED = new AtomicInteger();

    private final Path directory;
    private final Path template;

    /**
     * Makes the database.
     *
     * @param transcripts a file of real transcripts, which the command line imports; empty for none
     */
    public Fixture(Path directory, String transcripts) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.template = directory.resolve("template.db");
        deleteDatabase(template);
        try (Database database =
                Database.builder().path(template).durability(Durability.NORMAL).open()) {
            fill(database);
        }
        if (!transcripts.isEmpty()) {
            PrintWriter out = new PrintWriter(System.out, true);
            String[] command = {"import", transcripts, "--db", template.toString()};
            if (dev.modelscan.storage.cli.Main.run(command, out, out) != 0) {
                throw new IllegalArgumentException("the transcripts in " + transcripts + " were not imported");
            }
        }
    }

    /** The longest conversations of the real transcripts; empty if there are none. */
    public List<ConversationId> realConversations() throws SQLException {
        List<ConversationId> ids = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + template);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM conversations WHERE source_format IS NOT NULL"
                        + " ORDER BY last_sequence_number DESC, id LIMIT " + Conversations.COUNT)) {
            while (rows.next()) {
                ids.add(new ConversationId(rows.getString(1)));
            }
        }
        return ids;
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
        database.agents()
                .createAll(IntStream.range(0, AGENTS).mapToObj(Samples::agent).toList());
        for (int i = 0; i < WORKFLOWS; i++) {
            database.workflows()
                    .create(Workflow.builder()
                            .id(new WorkflowId(id('w', i)))
                            .name("workflow " + i)
                            .build());
        }
        for (int turn = 0; turn < SMALL_TEAMS; turn++) {
            addTeam(database, SMALL_TEAM, turn);
        }
        for (int size : TEAMS) {
            for (int turn = 0; turn < TEAMS_OF_A_SIZE; turn++) {
                addTeam(database, size, turn);
            }
        }
        database.tasks().createAll(tasks());
        database.tasks()
                .createAll(IntStream.range(0, COMPLETED)
                        .mapToObj(Fixture::alikeTask)
                        .toList());
        database.tasks()
                .createAll(IntStream.range(0, COMPLETED)
                        .mapToObj(number -> Samples.largeTask(largeTask(number), number, agentIds()[LARGE_AGENT]))
                        .toList());
        for (Conversations kind : Conversations.values()) {
            for (int turn = 0; turn < Conversations.COUNT; turn++) {
                database.messages().createAll(kind.messages(turn));
            }
        }
    }

    private static void addTeam(Database database, int size, int turn) {
        AgentId[] ids = agentIds();
        TeamId team = new TeamId(id('g', size + 10_000L * turn));
        database.teams()
                .create(Team.builder()
                        .id(team)
                        .name("team " + turn + " of " + size)
                        .build());
        // Not in one transaction, which would give all members the same time.
        for (int i = 0; i < size; i++) {
            database.teams().addMember(team, ids[(turn * 31 + i) % AGENTS], "worker " + i);
        }
    }

    private static List<Task> tasks() {
        AgentId[] ids = agentIds();
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            TaskStatus status = i < BUSY_AGENTS * COMPLETED ? TaskStatus.COMPLETED : TaskStatus.PENDING;
            TaskId parent = i == 0 ? null : new TaskId(id('k', i / 2));
            tasks.add(Samples.task(i, ids[i % BUSY_AGENTS], status, parent));
        }
        return tasks;
    }

    private static Task alikeTask(int number) {
        return Task.builder()
                .id(new TaskId(id('l', number)))
                .agentId(agentIds()[ALIKE_AGENT])
                .type("summarise")
                .input(INPUT)
                .status(TaskStatus.COMPLETED)
                .createdAt(START.plusMillis(number))
                .build();
    }

    /** The id of one of the tasks with large inputs. */
    public static TaskId largeTask(int turn) {
        return new TaskId(id('b', Math.floorMod(turn, COMPLETED)));
    }

    /** A task that is not stored yet, which differs from those before. */
    public static Task newTask(AgentId agent) {
        Task sample = NEW_TASKS.get(Math.floorMod(CREATED.getAndIncrement(), NEW_TASKS.size()));
        return Task.builder()
                .agentId(agent)
                .type(sample.type())
                .priority(sample.priority())
                .input(sample.input())
                .metadata(sample.metadata())
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
                    .content(Samples.text(i % 1_000))
                    .build());
        }
        return messages;
    }
}
