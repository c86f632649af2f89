package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.AgentDescribed;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The agents and teams of the Go package by id. Its names may repeat; here each has a name of its own. */
final class GoAgents {

    private final Map<String, String> names = new HashMap<>();
    private final Map<String, ObjectNode> rows = new LinkedHashMap<>();
    private final Map<String, String> teams = new HashMap<>();

    private GoAgents() {}

    static GoAgents read(SqliteSource source, Events events) throws IOException {
        GoAgents agents = new GoAgents();
        source.each("SELECT rowid AS row_number, * FROM agents ORDER BY rowid", row -> agents.add(row, events));
        if (source.tables().contains("teams")) {
            source.each(
                    "SELECT id, name FROM teams",
                    row -> agents.teams.put(
                            row.path("id").asText(), row.path("name").asText()));
        }
        return agents;
    }

    private void add(ObjectNode row, Events events) {
        String id = row.path("id").asText();
        String named = GoRows.text(row, "name");
        String name = named == null ? id : named;
        if (rows.containsKey(name)) {
            Place place = new Place(row.path("row_number").asLong(), 0, -1);
            String text = "is " + name + ", as of another agent; this one is called " + name + " (" + id + ") here";
            events.accept(new Warned(null, place, "agents.name", text));
            name = name + " (" + id + ")";
        }
        names.put(id, name);
        rows.put(name, row);
    }

    void tell(Events events) {
        rows.forEach((name, row) -> events.accept(new AgentDescribed(
                new Place(row.path("row_number").asLong(), 0, -1),
                name,
                GoRows.parsed(Fields.rest(row, "row_number", "name")))));
    }

    /** The name of an agent; the id if there is no such agent, null without an id. */
    @Nullable
    String name(@Nullable String id) {
        return id == null ? null : names.getOrDefault(id, id);
    }

    /** The name of a team; the id if there is no such team, null without an id. */
    @Nullable
    String team(@Nullable String id) {
        return id == null ? null : teams.getOrDefault(id, id);
    }
}
