package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Fields;
import java.util.function.Consumer;

/**
 * Traces of OpenTelemetry as JSON, by its conventions for generative AI: a run is an agent's span with a span for each
 * answer of the model and each use of a tool. A span has the messages that no span before it has, so that a trace does not
 * grow with the square of its length.
 */
public final class OtlpFormat implements RunFormat {

    @Override
    public String name() {
        return "otlp";
    }

    /** A trace keeps no order of spans that it could come back in, so what is written is never the source itself. */
    @Override
    public boolean isOwn(String form) {
        return false;
    }

    @Override
    public boolean isNested() {
        return true;
    }

    @Override
    public JsonNode write(Run run, Consumer<String> unsaid) {
        ObjectNode record = Fields.object();
        ObjectNode resource = record.putArray("resourceSpans").addObject();
        OtlpSpans.attribute(resource.putObject("resource").putArray("attributes"), "service.name", "modelscan-storage");
        ObjectNode scope = resource.putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", "dev.modelscan.storage");
        ArrayNode spans = scope.putArray("spans");
        write(run, new OtlpSpans(run.started().run(), spans), "", unsaid);
        return record;
    }

    private static void write(Run run, OtlpSpans spans, String parent, Consumer<String> unsaid) {
        String agent = new OtlpTrace(run, spans, unsaid).write(parent);
        run.children().forEach(child -> write(child, spans, agent, unsaid));
    }
}
