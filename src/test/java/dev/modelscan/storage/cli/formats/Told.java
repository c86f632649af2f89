package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.files.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a source tells, with a short line for each event. */
final class Told {

    private final String form;
    private final List<Event> events;

    private Told(String form, List<Event> events) {
        this.form = form;
        this.events = events;
    }

    /** Reads text as a file of that name. Apostrophes stand for quotation marks. */
    static Told of(String name, String... lines) {
        byte[] bytes = String.join("\n", lines).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        InputStream in = new ByteArrayInputStream(bytes);
        return read(Input.stream(name, in), in);
    }

    static Told of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String name = file.getFileName().toString();
            return read(new Input(name, name, name, file, false, Files.size(file), () -> in), in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Told read(Input input, InputStream in) {
        try (Source source = Source.open(input, in)) {
            List<Event> events = new ArrayList<>();
            Form form = Forms.of(source.first()).orElseThrow(() -> new AssertionError("no form for " + source.seen()));
            form.read(source.records(events::add), events::add);
            return new Told(form.name(), events);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String form() {
        return form;
    }

    <E extends Event> List<E> all(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <P extends Part> List<P> parts(Class<P> type) {
        return all(Event.MessageRead.class).stream()
                .flatMap(message -> message.parts().stream())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** What the events keep beyond their values, as one text. */
    String kept() {
        return Stream.concat(
                        events.stream().map(Told::rest),
                        parts(Part.class).stream().map(Part::toString))
                .toList()
                .toString();
    }

    private static ObjectNode rest(Event event) {
        if (event instanceof Event.MessageRead message) {
            return message.rest();
        }
        if (event instanceof Event.RunStarted started) {
            return started.metadata();
        }
        if (event instanceof Event.RunEnded ended) {
            return ended.rest();
        }
        if (event instanceof Event.Described described) {
            return described.metadata();
        }
        return event instanceof Event.ToolUsed used ? used.rest() : Fields.object();
    }

    /** A line for each event, in order. */
    List<String> lines() {
        return events.stream().map(Told::line).toList();
    }

    private static String line(Event event) {
        if (event instanceof Event.RunStarted e) {
            return "run " + e.run() + optional(" = ", e.externalId()) + optional(" below ", e.parentRun())
                    + optional(" by ", e.agent()) + optional(" named ", e.name());
        }
        if (event instanceof Event.MessageRead e) {
            return name(e.role()) + optional(" ", e.externalId()) + optional(" after ", e.parentId())
                    + optional(" by ", e.author()) + ": "
                    + String.join(", ", e.parts().stream().map(Told::line).toList());
        }
        if (event instanceof Event.ModelCalled e) {
            return "model " + e.model() + optional(" of ", e.messageId()) + " "
                    + e.usage().input() + "+"
                    + e.usage().output() + optional(" read ", e.usage().cacheRead())
                    + optional(" wrote ", e.usage().cacheWrite())
                    + optional(" thought ", e.usage().reasoning())
                    + optional(" cost ", e.cost());
        }
        if (event instanceof Event.ToolUsed e) {
            return "used" + optional(" by ", e.agent()) + " " + line(e.call())
                    + (e.answer() == null ? "" : ", " + line(e.answer()));
        }
        if (event instanceof Event.Scored e) {
            return "score " + e.name() + " " + e.value();
        }
        if (event instanceof Event.RunEnded e) {
            return "end " + e.run()
                    + (e.status() == null ? "" : " " + e.status().code()) + optional(" at ", e.head())
                    + optional(" because ", e.error());
        }
        if (event instanceof Event.Warned e) {
            return "warned of " + e.field();
        }
        if (event instanceof Event.Refused e) {
            return "refused: " + e.text();
        }
        if (event instanceof Event.AgentDescribed e) {
            return "agent " + e.name();
        }
        return "described";
    }

    private static String line(Part part) {
        if (part instanceof Part.Text text) {
            return text.text();
        }
        if (part instanceof Part.Reasoning) {
            return "(thought)";
        }
        if (part instanceof Part.Media media) {
            return "(" + media.kind() + optional(" ", media.mediaType()) + ")";
        }
        if (part instanceof Part.Refusal refusal) {
            return "(refused) " + refusal.text();
        }
        if (part instanceof Part.Call call) {
            return call.tool() + "#" + call.callId() + quoted(call.input());
        }
        if (part instanceof Part.Answer answer) {
            return "->#" + answer.callId() + optional(" ", answer.tool()) + quoted(answer.output()) + " "
                    + name(answer.outcome()) + optional(" by ", answer.decidedBy());
        }
        return "(other)";
    }

    private static String quoted(JsonNode json) {
        return " " + (json == null ? "nothing" : json.toString().replace('"', '\''));
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String optional(String before, Object value) {
        return value == null ? "" : before + value;
    }
}
