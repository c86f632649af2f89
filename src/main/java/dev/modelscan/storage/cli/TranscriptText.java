package dev.modelscan.storage.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.cli.Transcript.Call;
import dev.modelscan.storage.cli.Transcript.Entry;
import dev.modelscan.storage.cli.Transcript.Part;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints a transcript for a person to read. */
final class TranscriptText {

    private static final String INDENT = "    ";
    private static final int TEXT_COLUMNS = Screen.COLUMNS - INDENT.length();
    private static final int FOLDED_LINES = 12;

    private final PrintWriter out;
    private final Screen screen;
    private final Transcript transcript;

    TranscriptText(PrintWriter out, Transcript transcript) {
        this.out = out;
        this.screen = Screen.of(out);
        this.transcript = transcript;
    }

    void print() {
        printHead();
        for (Entry entry : transcript.messages()) {
            // An answer is on the line of its call.
            if (transcript.style().full() ? !entry.told() : !entry.answers()) {
                printMessage(entry);
            }
        }
        PagedCommand.printNext(transcript.next(), out);
    }

    private void printHead() {
        // The commands take ids, so they are not cut.
        out.println("Conversation " + screen.line(transcript.conversationId()));
        fact("Title", transcript.title());
        fact(
                "From",
                transcript.format() == null
                        ? null
                        : transcript.format() + (transcript.externalId() == null ? "" : " " + transcript.externalId()));
        fact("Made", time(transcript.createdAt()) + (transcript.timed() ? "" : " (imported; the source has no times)"));
        List<Entry> shown = transcript.messages();
        String which = shown.isEmpty()
                ? ""
                : ", shown: " + shown.get(0).sequenceNumber() + " to "
                        + shown.get(shown.size() - 1).sequenceNumber();
        fact("Messages", String.format(Locale.ROOT, "%,d", transcript.messageCount()) + which);
    }

    private void fact(String name, @Nullable String value) {
        if (value != null) {
            out.println(String.format(Locale.ROOT, "%-13s", name) + screen.line(value, Screen.COLUMNS - 13));
        }
    }

    static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
    }

    private void printMessage(Entry entry) {
        out.println();
        String who = entry.role() == null || entry.role().equals(entry.sender())
                ? entry.sender()
                : entry.role() + " (" + entry.sender() + ")";
        // The head says it if no message has a time.
        String time = entry.timed() ? time(entry.createdAt()) : transcript.timed() ? "time unknown" : "";
        String left = screen.line("#" + entry.sequenceNumber() + " " + who, Screen.COLUMNS - time.length() - 2);
        out.println((left + " ".repeat(Screen.COLUMNS - Screen.width(left) - time.length()) + time).stripTrailing());
        entry.parts().forEach(this::printPart);
        printText(entry.content());
        entry.calls().forEach(this::printCall);
    }

    private void printPart(Part part) {
        if (part.kind().equals("reasoning")) {
            out.println(INDENT + "[reasoning]");
            printText(part.text() == null ? "" : part.text());
            return;
        }
        String what = "[" + part.kind() + (part.name() == null ? "" : " " + part.name())
                + (part.mediaType() == null ? "" : " " + part.mediaType()) + "]";
        out.println(INDENT + screen.line(what, TEXT_COLUMNS));
    }

    private void printText(String text) {
        if (text.isBlank()) {
            return;
        }
        int most = transcript.style().full() ? Integer.MAX_VALUE : FOLDED_LINES;
        List<String> lines = screen.wrapped(text, TEXT_COLUMNS, most == Integer.MAX_VALUE ? most : most + 1);
        lines.stream().limit(most).forEach(line -> out.println((INDENT + line).stripTrailing()));
        if (lines.size() > most) {
            out.println(INDENT + "[more; --full shows all of it]");
        }
    }

    private void printCall(Call call) {
        String outcome =
                call.status() + (call.millis() == null || call.millis() == 0 ? "" : " " + duration(call.millis()));
        int left = TEXT_COLUMNS - outcome.length() - 4;
        String input = call.input() == null ? "" : " " + call.input();
        String what = screen.line(call.tool() + (transcript.style().full() ? "" : input), left);
        out.println(INDENT + "> " + what + " ".repeat(left - Screen.width(what)) + "  " + outcome);
        if (transcript.style().full()) {
            detail("given", call.input());
            detail("answer", call.output());
            detail("error", call.error());
        }
    }

    private void detail(String name, @Nullable Object value) {
        if (value == null) {
            return;
        }
        String text = value instanceof Json json ? text(json.toNode()) : value.toString();
        out.println(INDENT + "  " + name + ":");
        screen.wrapped(text, TEXT_COLUMNS - 4, Integer.MAX_VALUE)
                .forEach(line -> out.println((INDENT + "    " + line).stripTrailing()));
    }

    /** A text, or a list of parts that are texts and nothing else, as it is; all else as JSON. */
    private static String text(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            for (JsonNode part : value) {
                if (part.path("text").isTextual() && part.path("type").asText().equals("text") && part.size() == 2) {
                    texts.add(part.get("text").textValue());
                }
            }
        }
        return texts.isEmpty() || texts.size() < value.size() ? value.toString() : String.join("\n", texts);
    }

    /** At most 8 characters. */
    static String duration(long millis) {
        if (millis < 60_000) {
            return String.format(Locale.ROOT, millis < 1_000 ? "%.3f s" : "%.1f s", millis / 1_000.0);
        }
        return millis < 3_600_000
                ? String.format(Locale.ROOT, "%d min", millis / 60_000)
                : String.format(Locale.ROOT, "%.1f h", millis / 3_600_000.0);
    }
}
