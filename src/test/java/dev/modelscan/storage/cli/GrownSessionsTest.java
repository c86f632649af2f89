package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.formats.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A session that is imported while it grows ends as one that is imported once. */
class GrownSessionsTest {

    /** What a session is, without the ids that the import makes and the place in the file. */
    private static final List<String> CONTENT = List.of(
            "SELECT t.external_id, t.status, t.error, t.metadata, t.started_at, t.completed_at, p.external_id, a.name"
                    + " FROM tasks t LEFT JOIN tasks p ON p.id = t.parent_id LEFT JOIN agents a ON a.id = t.agent_id"
                    + " ORDER BY t.external_id, t.started_at",
            "WITH numbered AS (" + numbered()
                    + ") SELECT n.run, n.number, m.role, a.name, o.external_id, m.content_type,"
                    + " m.content, m.metadata, m.created_at, p.number FROM numbered n JOIN messages m ON m.id = n.id"
                    + " JOIN agents a ON a.id = m.sender_id LEFT JOIN message_origins o ON o.message_id = m.id"
                    + " LEFT JOIN numbered p ON p.id = m.parent_id ORDER BY n.run, n.number",
            "WITH numbered AS (" + numbered() + ") SELECT n.run, n.number, p.position, p.kind, p.text, p.data,"
                    + " p.media_type FROM numbered n JOIN message_parts p ON p.message_id = n.id"
                    + " ORDER BY n.run, n.number, p.position",
            "WITH numbered AS (" + numbered() + ") SELECT t.external_id, n.number, e.call_id, e.tool_name, e.status,"
                    + " e.input, e.output, e.error, e.metadata, e.started_at, e.completed_at, b.number, c.external_id"
                    + " FROM tool_executions e LEFT JOIN tasks t ON t.id = e.task_id"
                    + " LEFT JOIN numbered n ON n.id = e.message_id LEFT JOIN numbered b ON b.id = e.answer_message_id"
                    + " LEFT JOIN tasks c ON c.id = e.child_task_id"
                    + " ORDER BY t.external_id, n.number, e.call_id, e.input, e.output",
            "WITH numbered AS (" + numbered() + ") SELECT t.external_id, n.number, m.external_id, m.model,"
                    + " m.input_tokens, m.output_tokens, m.cost_nanos, m.finish_reason FROM model_calls m"
                    + " LEFT JOIN tasks t ON t.id = m.task_id LEFT JOIN numbered n ON n.id = m.message_id"
                    + " ORDER BY t.external_id, n.number, m.external_id",
            "SELECT t.external_id, s.name, s.value_nanos FROM scores s JOIN tasks t ON t.id = s.task_id ORDER BY 1, 2",
            "WITH numbered AS (" + numbered() + ") SELECT c.title, n.number FROM conversations c"
                    + " LEFT JOIN numbered n ON n.id = c.head_id ORDER BY c.title, n.run");

    private static final Path INPUTS = Path.of("src/test/resources/inputs");

    /** Those whose sessions have an id in the file or in its name. */
    private static final String SESSIONS = ".*/(chatgpt|claude-code|codex|continue|copilot|cursor|droid|kimi|opencode"
            + "|pi-session|qwen-code|vscode-copilot-chat)[.]jsonl?";

    @TempDir
    Path directory;

    private final Instant begun = Instant.now();

    private static String numbered() {
        return "SELECT m.id, coalesce(t.external_id, t.started_at) AS run, row_number() OVER (PARTITION BY m.conversation_id"
                + " ORDER BY m.sequence_number) AS number FROM messages m LEFT JOIN tasks t ON t.id = m.task_id";
    }

    @TestFactory
    Stream<DynamicTest> endsAsOneThatIsImportedOnce() throws IOException {
        List<Path> inputs = new ArrayList<>();
        try (Stream<Path> files = Files.list(INPUTS)) {
            files.filter(file -> file.toString().matches(SESSIONS)).sorted().forEach(inputs::add);
        }
        return inputs.stream().map(file -> DynamicTest.dynamicTest(file.toString(), () -> check(file)));
    }

    private void check(Path input) throws IOException, SQLException {
        String name = input.getFileName().toString();
        Path folder = Files.createTempDirectory(directory, "session");
        String grown = folder.resolve("grown.db").toString();
        List<String> prefixes = prefixes(Files.readString(input));
        for (String prefix : prefixes) {
            Path file = Files.writeString(folder.resolve(name), prefix);
            // A session that has just begun may be of no known form.
            MainTest.run("import", file.toString(), "--db", grown);
        }
        String once = folder.resolve("once.db").toString();
        Run run = MainTest.run("import", folder.resolve(name).toString(), "--db", once);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(content(grown)).isEqualTo(content(once));
    }

    /** The states of a file that grows at its end: by lines, or by elements of arrays. The last one is the whole file. */
    private static List<String> prefixes(String text) throws IOException {
        List<String> prefixes = new ArrayList<>();
        List<String> lines = text.lines().toList();
        if (lines.stream().allMatch(GrownSessionsTest::isValue)) {
            for (int count = 1; count < lines.size(); count++) {
                prefixes.add(String.join("\n", lines.subList(0, count)) + "\n");
            }
            if (lines.size() == 1) {
                cut(Fields.MAPPER.readTree(text), prefixes);
            }
        } else {
            cut(Fields.MAPPER.readTree(text), prefixes);
        }
        prefixes.add(text);
        return prefixes;
    }

    private static boolean isValue(String line) {
        try {
            return Fields.MAPPER.readTree(line).isContainerNode();
        } catch (IOException e) {
            return false;
        }
    }

    /** Cuts the longest path of elements that are last in their arrays, the smallest state first. */
    private static void cut(JsonNode root, List<String> prefixes) {
        List<String> states = new ArrayList<>();
        JsonNode left = root.deepCopy();
        for (ArrayNode last = last(left); last != null; last = last(left)) {
            last.remove(last.size() - 1);
            if (last.size() == 0) {
                break;
            }
            states.add(0, left.toString());
        }
        prefixes.addAll(states);
    }

    /** The array that grew last: inside the last element of the list of messages, or that list. */
    private static ArrayNode last(JsonNode root) {
        ArrayNode messages = null;
        for (JsonNode child : root) {
            if (child instanceof ArrayNode array && array.size() > (messages == null ? 0 : messages.size())) {
                messages = array;
            }
        }
        if (root instanceof ArrayNode array) {
            messages = array;
        }
        if (messages == null) {
            return null;
        }
        for (JsonNode child : messages.get(messages.size() - 1)) {
            if (child instanceof ArrayNode parts && parts.size() > 1) {
                return parts;
            }
        }
        return messages;
    }

    /** Times at which the import itself has run are no content. */
    private List<String> content(String database) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            for (String query : CONTENT) {
                try (ResultSet found = statement.executeQuery(query)) {
                    while (found.next()) {
                        StringBuilder row = new StringBuilder("query " + (CONTENT.indexOf(query) + 1));
                        for (int column = 1; column <= found.getMetaData().getColumnCount(); column++) {
                            row.append(" | ").append(value(found.getString(column)));
                        }
                        rows.add(row.toString());
                    }
                }
            }
        }
        return rows;
    }

    private String value(String text) {
        boolean time = text != null && text.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");
        return time && !Instant.parse(text).isBefore(begun) ? "now" : String.valueOf(text);
    }
}
