package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Sessions of pi and of OpenClaw, which is built on it: a header, then a line for each entry of a tree. */
final class PiForm implements Form {

    @Override
    public String name() {
        return "pi";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && (isHeader(first.value())
                        || (EntrySession.isMessage(first.value())
                                && first.objects().anyMatch(PiForm::holdsPisParts)));
    }

    private static boolean isHeader(JsonNode line) {
        return line.path("type").asText().equals("session") && line.has("id") && line.has("timestamp");
    }

    private static boolean holdsPisParts(JsonNode line) {
        boolean calls = false;
        for (JsonNode block : line.path("message").path("content")) {
            calls |= block.path("type").asText().equals("toolCall");
        }
        return calls || line.path("message").path("role").asText().equals("toolResult");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        EntrySession.readAll(records, "session", "pi", events);
    }
}
