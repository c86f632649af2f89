package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.Described;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.io.IOException;
import java.util.Set;

/**
 * The SQLite file of the Go package {@code sdk/storage}, at its versions 1 to 3. A task is a run. Messages
 * have one of three layouts; those without a task are a run for each conversation, team or pair of agents.
 */
final class GoStorageForm implements Form {

    private static final Place NOWHERE = new Place(0, 0, -1);
    private static final Set<String> READ = Set.of("tasks", "messages", "tool_executions", "sqlite_sequence");
    private static final int MOST_ROWS = 100_000;

    @Override
    public String name() {
        return "modelscan-go";
    }

    @Override
    public boolean recognizes(First first) {
        if (first.file() == null) {
            return false;
        }
        try (SqliteSource source = SqliteSource.open(first.file())) {
            Set<String> tables = source.tables();
            return tables.containsAll(Set.of("agents", "tasks", "messages"))
                    && source.columns("tasks").containsAll(Set.of("id", "status"))
                    && (tables.contains("schema_migrations") || tables.contains("agent_stats"))
                    && tables.stream().noneMatch(table -> table.contains("schema_history"));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        try (SqliteSource source = SqliteSource.open(records.file())) {
            GoAgents agents = GoAgents.read(source, events);
            describe(source, agents, events);
            new GoRuns(source, agents, events).tell();
            source.requireUnchanged();
        }
    }

    /** What has no place of its own is told of the whole source, table by table. */
    private static void describe(SqliteSource source, GoAgents agents, Events events) throws IOException {
        ObjectNode metadata = Fields.object();
        for (String table : source.tables()) {
            if (READ.contains(table)) {
                continue;
            }
            ArrayNode rows = metadata.putArray(table);
            source.each(
                    "SELECT * FROM \"" + table.replace("\"", "\"\"") + "\" LIMIT " + MOST_ROWS,
                    row -> rows.add(GoRows.parsed(row)));
            if (rows.isEmpty()) {
                metadata.remove(table);
            } else if (!Set.of("agents", "schema_migrations").contains(table)) {
                String text = "has no table here; its " + rows.size() + " rows are kept in the metadata of the source";
                events.accept(new Warned(null, NOWHERE, table, text));
            }
        }
        events.accept(new Described(NOWHERE, metadata));
        agents.tell(events);
    }
}
