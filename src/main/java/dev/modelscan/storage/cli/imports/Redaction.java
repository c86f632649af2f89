package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.AgentDescribed;
import dev.modelscan.storage.cli.formats.Event.Described;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.cli.formats.Part;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Redacts all texts of an event. Ids stay, since calls and answers are found by them. */
final class Redaction {

    /** Base64 of a picture, sound or file, whose bytes a replacement would break. Short text without a prefix may be a secret. */
    private static final Pattern FILE =
            Pattern.compile("(?i)(?:data:[^,]{1,200};base64,[A-Z0-9+/_-]*|[A-Z0-9+/_-]{1024,})={0,2}");

    private final Redactor redactor;

    Redaction(Redactor redactor) {
        this.redactor = redactor;
    }

    Event of(Event event) {
        if (event instanceof MessageRead message) {
            return message(message);
        }
        if (event instanceof RunStarted started) {
            return started(started);
        }
        if (event instanceof RunEnded ended) {
            return ended(ended);
        }
        if (event instanceof AgentDescribed a) {
            return new AgentDescribed(a.place(), redactor.text(a.name()), redactor.object(a.metadata()));
        }
        if (event instanceof ToolUsed used) {
            return used(used);
        }
        return event instanceof Described d ? new Described(d.place(), redactor.object(d.metadata())) : event;
    }

    private MessageRead message(MessageRead m) {
        return new MessageRead(
                m.run(),
                m.place(),
                m.externalId(),
                m.parentId(),
                m.role(),
                redactor.optional(m.author()),
                m.createdAt(),
                m.parts().stream().map(this::of).toList(),
                redactor.object(m.rest()));
    }

    private RunStarted started(RunStarted s) {
        return new RunStarted(
                s.run(),
                s.place(),
                s.externalId(),
                s.parentRun(),
                redactor.optional(s.name()),
                redactor.optional(s.agent()),
                s.startedAt(),
                redactor.object(s.metadata()));
    }

    private RunEnded ended(RunEnded e) {
        return new RunEnded(
                e.run(),
                e.place(),
                e.externalId(),
                e.status(),
                redactor.optional(e.error()),
                e.completedAt(),
                e.head(),
                redactor.object(e.rest()));
    }

    private ToolUsed used(ToolUsed t) {
        return new ToolUsed(
                t.run(),
                t.place(),
                t.externalId(),
                redactor.optional(t.agent()),
                call(t.call()),
                t.answer() == null ? null : answer(t.answer()),
                redactor.object(t.rest()));
    }

    private Part of(Part part) {
        if (part instanceof Part.Text text) {
            return new Part.Text(redactor.text(text.text()));
        }
        if (part instanceof Part.Refusal refusal) {
            return new Part.Refusal(redactor.text(refusal.text()));
        }
        if (part instanceof Part.Reasoning reasoning) {
            return new Part.Reasoning(redactor.tree(reasoning.json()));
        }
        if (part instanceof Part.Call call) {
            return call(call);
        }
        if (part instanceof Part.Answer answer) {
            return answer(answer);
        }
        if (part instanceof Part.Other other) {
            return new Part.Other(redactor.tree(other.json()));
        }
        Part.Media media = (Part.Media) part;
        return new Part.Media(media.kind(), media.mediaType(), redactor.tree(media.json(), Redaction::isFile));
    }

    private Part.Call call(Part.Call call) {
        return new Part.Call(
                call.callId(),
                call.tool(),
                optional(call.input()),
                call.startedAt(),
                call.completedAt(),
                redactor.tree(call.json()));
    }

    private Part.Answer answer(Part.Answer a) {
        return new Part.Answer(
                a.callId(),
                a.tool(),
                optional(a.output()),
                a.outcome(),
                a.decidedBy(),
                a.startedAt(),
                a.completedAt(),
                a.took(),
                a.childRun());
    }

    private static boolean isFile(String text) {
        return FILE.matcher(text).matches();
    }

    private @Nullable JsonNode optional(@Nullable JsonNode node) {
        return node == null ? null : redactor.tree(node);
    }
}
