package dev.modelscan.storage.cli.archives;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Id;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.imports.Digests;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * Gives the rows of an archive new ids: the old one behind eight random digits, the same for one archive. So no map of all
 * rows is needed, and rows with equal times keep their order. What an id names in its source goes the same way, as it is
 * unique in a database.
 *
 * <p>Agents and teams have unique names: those of the database are used. A blob's id is its content. Deleted records are left
 * out: what restores them holds the ids that they had.
 */
final class NewIds {

    private static final int MOST = 255;
    private static final int NAMES = 500;
    private static final Set<TableField<?, String>> EXTERNAL =
            Set.of(WORKFLOWS.EXTERNAL_ID, TASKS.EXTERNAL_ID, CONVERSATIONS.EXTERNAL_ID, MODEL_CALLS.EXTERNAL_ID);
    private static final Set<Table<?>> SHARED = Set.of(BLOBS, BLOB_CHUNKS, TEAM_MEMBERS);
    private static final Set<Table<?>> LEFT_OUT = Set.of(DELETED_RECORDS, DELETED_ROWS, DELETED_BLOBS);

    private final String prefix;
    private final Map<String, String> agents = new HashMap<>();
    private final Map<String, String> teams = new HashMap<>();
    private final Map<String, String> waiting = new HashMap<>();

    NewIds() {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        this.prefix = HexFormat.of().formatHex(random) + ".";
    }

    /** The rows of an archive that are stored with new ids, by table. */
    static Map<String, Long> stored(Map<String, Long> rows) {
        Map<String, Long> stored = new LinkedHashMap<>(rows);
        LEFT_OUT.forEach(table -> stored.remove(table.getName()));
        return stored;
    }

    /** Whether rows of the table may be there already, and are then left as they are. */
    static boolean mayBeThere(Table<?> table) {
        return SHARED.contains(table);
    }

    /** Looks whether the database has an agent or a team of the name of this one. Call it for all rows, and then {@link #look}. */
    void collect(DSLContext dsl, Table<?> table, JsonNode values) {
        if (table.equals(AGENTS) || table.equals(TEAMS)) {
            waiting.put(
                    (table.equals(AGENTS) ? "a" : "t") + values.get("name").asText(),
                    values.get("id").asText());
            if (waiting.size() >= NAMES) {
                look(dsl);
            }
        }
    }

    /** Asks for all names that were collected. */
    void look(DSLContext dsl) {
        look(dsl, "a", AGENTS.NAME, AGENTS.ID, agents);
        look(dsl, "t", TEAMS.NAME, TEAMS.ID, teams);
        waiting.clear();
    }

    private void look(
            DSLContext dsl, String kind, Field<String> name, Field<? extends Id> id, Map<String, String> known) {
        List<String> names = waiting.keySet().stream()
                .filter(key -> key.startsWith(kind))
                .map(key -> key.substring(1))
                .toList();
        dsl.select(name, id)
                .from(name instanceof TableField<?, ?> field ? Objects.requireNonNull(field.getTable()) : AGENTS)
                .where(name.in(names))
                .forEach(row -> known.put(
                        Objects.requireNonNull(waiting.get(kind + row.value1())),
                        row.value2().value()));
    }

    /** The values with new ids; null if the row is not to be stored. */
    @Nullable
    JsonNode row(Table<?> table, JsonNode values) {
        if (LEFT_OUT.contains(table)) {
            return null;
        }
        String id = values.path("id").asText();
        if ((table.equals(AGENTS) && agents.containsKey(id)) || (table.equals(TEAMS) && teams.containsKey(id))) {
            return null;
        }
        ObjectNode row = values.deepCopy();
        for (Field<?> field : table.fields()) {
            JsonNode old = values.get(field.getName());
            if (old != null && (isId(field) || EXTERNAL.contains(field))) {
                row.put(field.getName(), of(field, old.asText()));
            }
        }
        return row;
    }

    private static boolean isId(Field<?> field) {
        return Id.class.isAssignableFrom(field.getType()) && field.getType() != BlobId.class;
    }

    private String of(Field<?> field, String old) {
        Map<String, String> known = field.getType() == AGENTS.ID.getType()
                ? agents
                : field.getType() == TEAMS.ID.getType() ? teams : Map.of();
        String there = known.get(old);
        if (there != null) {
            return there;
        }
        return prefix.length() + old.codePointCount(0, old.length()) <= MOST ? prefix + old : prefix + hash(old);
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
