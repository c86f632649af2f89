package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of Kimi's command line: the context that its model sees ({@code context.jsonl}), and what happened
 * ({@code wire.jsonl}) in the two ways that its versions in Python and in TypeScript write that.
 */
final class KimiForm implements Form {

    private static final Set<String> MARKS = Set.of("_system_prompt", "_checkpoint", "_usage");

    @Override
    public String name() {
        return "kimi";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() == Framing.LINES && first.objects().limit(20).anyMatch(KimiForm::isLine);
    }

    private static boolean isLine(JsonNode line) {
        String type = line.path("type").asText();
        return MARKS.contains(line.path("role").asText())
                || (type.equals("metadata") && line.has("protocol_version"))
                || (type.startsWith("context.append_") && line.has("time"))
                || isWire(line);
    }

    private static boolean isWire(JsonNode line) {
        return line.path("timestamp").isNumber()
                && line.path("message").path("type").isTextual()
                && line.path("message").path("payload").isObject();
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        KimiSession session = null;
        JsonNode header = Fields.object();
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            if (session == null) {
                if (header.isEmpty() && line.path("type").asText().equals("metadata")) {
                    header = line;
                    continue;
                }
                session = new KimiSession("session", id(header, line), events);
                session.start(place, null, header);
            }
            if (line.has("role")) {
                session.context(place, line);
            } else if (isWire(line)) {
                JsonNode message = line.path("message");
                session.wire(place, message.path("type").asText(), message.path("payload"), line);
            } else {
                session.record(place, line);
            }
        }
        if (session != null) {
            session.end(place);
        }
    }

    /** The file has no id of its session, so the time of its beginning stands for it. */
    private static @Nullable String id(JsonNode header, JsonNode first) {
        String created = Fields.text(header, "created_at");
        return created == null && isWire(first) ? Fields.text(first, "timestamp") : created;
    }
}
