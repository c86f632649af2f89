package dev.modelscan.storage.cli.formats;

import java.io.IOException;

/** Sessions of Factory's Droid: a header, then a line for each entry, with Anthropic's parts. */
final class DroidForm implements Form {

    private static final String HEADER = "session_start";

    @Override
    public String name() {
        return "droid";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.has("id")
                && first.value().path("type").asText().equals(HEADER);
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        EntrySession.readAll(records, HEADER, "droid", events);
    }
}
