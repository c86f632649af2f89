package dev.modelscan.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.transfer.TransferProgress.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A filled SQLite file, a schema on a real server as the target, and queries on both. */
abstract class TransferFixture {

    static final boolean LONG = Boolean.getBoolean("modelscan.test.long");

    private static Set<String> fresh = Set.of();
    private static Path filled;

    @TempDir
    Path directory;

    Path file;
    String workspace;

    @BeforeEach
    void fill() {
        file = directory.resolve("source.db");
        workspace = PostgresServer.newSchemaName();
    }

    DatabaseBuilder target() {
        return Database.builder().url(PostgresServer.url()).workspace(workspace);
    }

    Transfer transfer() {
        return target().transferFrom(file);
    }

    /** Every table has rows, with values at the edges of what the library stores. */
    void fillOddly() {
        try {
            Files.copy(filled, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void fillOnce(@TempDir Path shared) {
        filled = shared.resolve("filled.db");
        try (FilledDatabase filled = new FilledDatabase(TransferFixture.filled)) {
            Agent odd = filled.db
                    .agents()
                    .create(Agent.builder()
                            .id(new AgentId("tab\tline\nreturn\rback\\slash \\N \\. \u00e9\ud83d\ude00"))
                            .name("\\N")
                            .mode("\\.")
                            .capabilities("a\tb", "\\", "x\u2028y")
                            .metadata(
                                    Json.parse(
                                            "{\"b\":1.50,\"a\":[1e5,-0,0.10,12345678901234567890.5],"
                                                    + "\"aa\":\"\\u0041\\n\\t\\\\\",\"\":null,\"x\":{\"z\":{},\"y\":[[]]},\"n\":1e-300}"))
                            .createdAt(Instant.parse("0000-01-01T00:00:00Z"))
                            .build());
            filled.db
                    .agents()
                    .create(Agent.builder()
                            .name("last")
                            .mode("llm")
                            .createdAt(Instant.parse("9999-12-31T23:59:59.999999Z"))
                            .build());
            filled.db
                    .messages()
                    .create(filled.newMessage(filled.conversation)
                            .senderId(odd.id())
                            .content("")
                            .build());
            filled.db
                    .messages()
                    .create(filled.newMessage(filled.conversation)
                            .senderId(odd.id())
                            .content("\t\n\r\b\f\u000b\\t\\\\N\\.\n\\.\n\u0001\ud83d\ude00\uFFFD")
                            .build());
            for (String shortest : List.of("-0", "0", "7", "10", "[]", "{}", "\"\"", "null")) {
                filled.db
                        .tasks()
                        .create(Task.builder()
                                .type("short")
                                .input(Json.parse(shortest))
                                .build());
            }
            byte[] everyByte = new byte[300_000];
            for (int i = 0; i < everyByte.length; i++) {
                everyByte[i] = (byte) i;
            }
            List<MessagePart> parts = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                parts.add(MessagePart.builder(PartKind.REASONING)
                        .text("\t\\x41\n" + i)
                        .data(Json.parse("{\"signature\":\"\\u0001==\"}"))
                        .build());
            }
            parts.add(MessagePart.image(
                    "image/png", filled.db.blobs().write(everyByte).id()));
            filled.db.blobs().write(new byte[0]);
            filled.db
                    .messages()
                    .create(filled.newMessage(filled.conversation).parts(parts).build());
            Message upTo = filled.firstOfNewBranch();
            filled.db.conversations().compact(filled.branched, upTo.id(), "\t\\summary\n");
            filled.db.conversations().rename(filled.branched, "\\N");
            filled.db.conversations().fork(filled.branched, upTo.id());
            Message deleted = filled.storedMessage();
            filled.db.messages().delete(deleted.id());
            filled.db.messages().markRead(filled.storedMessage().id());
        }
    }

    void stopAt(Phase phase, int report) {
        AtomicInteger reports = new AtomicInteger();
        assertThatThrownBy(() -> transfer()
                        .onProgress(progress -> {
                            if (progress.phase() == phase && reports.incrementAndGet() == report) {
                                throw new IllegalStateException("stopped");
                            }
                        })
                        .run())
                .hasMessage("stopped");
    }

    void fillMany(int messages) {
        try (Database db = Database.open(file)) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            List<Message> batch = new ArrayList<>();
            ConversationId talk = ConversationId.next();
            for (int i = 0; i < messages; i++) {
                batch.add(Message.builder()
                        .conversationId(talk)
                        .senderId(agent.id())
                        .content("message " + i)
                        .build());
                if (batch.size() == 10_000) {
                    db.messages().createAll(batch);
                    batch.clear();
                }
            }
        }
    }

    void copySource(Path to) {
        try {
            inSource("VACUUM INTO '" + to + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> inSource(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            return run(connection, sql);
        }
    }

    List<String> inTarget(String sql) throws SQLException {
        try (Connection connection = PostgresServer.connect(workspace)) {
            return run(connection, sql);
        }
    }

    static List<String> run(Connection connection, String script) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            for (String sql : script.split("; ")) {
                if (statement.execute(sql)) {
                    try (ResultSet rows = statement.getResultSet()) {
                        while (rows.next()) {
                            values.add(rows.getString(1));
                        }
                    }
                }
            }
        }
        return values;
    }

    boolean schemaExists() throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            return !run(connection, "SELECT 1 FROM pg_namespace WHERE nspname = '" + workspace + "'")
                    .isEmpty();
        }
    }

    List<Path> snapshots() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(path -> path.toString().contains("-transfer-")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void requireNothingLeftOver() throws SQLException {
        assertThat(snapshots()).isEmpty();
        if (schemaExists()) {
            assertThat(inTarget("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
                    .noneMatch(name -> name.startsWith("modelscan_transfer"));
        }
    }

    /** Foreign keys and indexes are again as the migrations created them, with the same names. */
    void requireSameSchemaAsANewOne() throws SQLException {
        if (fresh.isEmpty()) {
            String schema = PostgresServer.newSchemaName();
            Database.builder()
                    .url(PostgresServer.url())
                    .workspace(schema)
                    .open()
                    .close();
            fresh = definitions(schema);
        }
        assertThat(definitions(workspace)).isEqualTo(fresh).hasSizeGreaterThan(60);
    }

    /** The first few of many alike; all with {@code -Dmodelscan.test.long=true}. */
    @SafeVarargs
    static <T> Stream<T> some(int few, T... all) {
        return Arrays.stream(all).limit(LONG ? all.length : few);
    }

    static Set<String> definitions(String schema) throws SQLException {
        try (Connection connection = PostgresServer.connect(schema)) {
            Set<String> all = new TreeSet<>();
            run(
                            connection,
                            "SELECT conrelid::regclass || ' ' || conname || ' ' || convalidated || ' ' || pg_get_constraintdef(oid)"
                                    + " FROM pg_constraint WHERE connamespace = current_schema()::regnamespace")
                    .forEach(all::add);
            run(connection, "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()")
                    .forEach(definition -> all.add(definition.replace(schema + ".", "")));
            return all;
        }
    }

    /** Reads every record through the repositories of both. */
    void requireSame(Path expected, TransferResult result) {
        Map<String, Long> rows = new LinkedHashMap<>();
        result.tables().forEach(table -> rows.put(table.name(), table.rows()));
        assertThat(result.tables()).allMatch(table -> table.hash().matches("[0-9a-f]{64}"));
        try (Database source = Database.open(expected);
                Database db = target().open()) {
            assertThat(rows).containsExactlyInAnyOrderEntriesOf(source.stats().rows());
            assertThat(db.stats().rows()).isEqualTo(source.stats().rows());
            same(source.agents().stream(), db.agents().stream());
            same(source.teams().stream(), db.teams().stream());
            same(source.workflows().stream(), db.workflows().stream());
            same(source.tasks().stream(), db.tasks().stream());
            same(source.messages().stream(), db.messages().stream());
            same(source.toolExecutions().stream(), db.toolExecutions().stream());
            source.messages().stream().limit(500).forEach(message -> assertThat(
                            db.messages().listAllParts(message.id()))
                    .isEqualTo(source.messages().listAllParts(message.id())));
            Page.stream(source.blobs()::list)
                    .forEach(blob -> assertThat(db.blobs().read(blob.id()))
                            .isEqualTo(source.blobs().read(blob.id())));
            source.teams().stream().forEach(team -> assertThat(db.teams().listMembers(team.id()))
                    .isEqualTo(source.teams().listMembers(team.id())));
        }
    }

    static void same(Stream<?> expected, Stream<?> actual) {
        assertThat(actual.toList().equals(expected.toList())).isTrue();
    }
}
