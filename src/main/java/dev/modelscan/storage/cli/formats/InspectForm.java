package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Scored;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Logs of Inspect. A sample is a run; a sample may also stand alone, as it does inside a {@code .eval}
 * archive.
 */
final class InspectForm implements Form {

    private static final Map<String, BigDecimal> GRADES =
            Map.of("C", BigDecimal.ONE, "P", new BigDecimal("0.5"), "I", BigDecimal.ZERO, "N", BigDecimal.ZERO);
    private static final String ATTACHMENT = "attachment://";

    @Override
    public String name() {
        return "inspect";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects().limit(3).anyMatch(value -> isLog(value) || isSample(value));
    }

    private static boolean isLog(JsonNode value) {
        return value.path("eval").isObject() && (value.path("samples").isArray() || value.has("plan"));
    }

    private static boolean isSample(JsonNode value) {
        return value.has("epoch")
                && value.has("input")
                && value.path("messages").isArray()
                && value.has("id");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode value = item.value();
            if (isSample(value)) {
                new Sample(item.place(), Fields.object(), events).read(value);
            } else if (isLog(value)) {
                ObjectNode log = Fields.rest(value, "samples");
                events.accept(new Event.Described(item.place(), log));
                for (JsonNode sample : value.path("samples")) {
                    new Sample(item.place(), log, events).read(sample);
                }
            } else {
                events.accept(new Event.Refused(item.place(), "is neither a log nor a sample"));
            }
        }
    }

    private static final class Sample {
        private final Place place;
        private final JsonNode log;
        private final Events events;
        private String run = "";
        private JsonNode attachments = Fields.object();

        Sample(Place place, JsonNode log, Events events) {
            this.place = place;
            this.log = log;
            this.events = events;
        }

        void read(JsonNode sample) {
            JsonNode eval = log.path("eval");
            String id = Fields.text(sample, "id") + "/" + sample.path("epoch").asText("1");
            String uuid = Fields.text(sample, "uuid");
            String evaluation = Fields.text(eval, "eval_id", "run_id");
            run = "sample-" + place.record() + "-" + id;
            attachments = sample.path("attachments");
            Instant started = Fields.time(sample, "started_at");
            started = started == null ? Fields.time(log.path("stats"), "started_at") : started;
            ObjectNode metadata =
                    Fields.rest(sample, "messages", "output", "events", "attachments", "message_pool", "uuid");
            String external = uuid == null && evaluation != null ? evaluation + "/" + id : uuid;
            String task = Fields.text(eval, "task");
            events.accept(new RunStarted(run, place, external, null, task, null, started, metadata));
            for (JsonNode message : sample.path("messages")) {
                message(message);
            }
            called(sample, eval);
            BigDecimal first = scores(sample);
            end(sample, first);
        }

        private void message(JsonNode message) {
            String role = message.path("role").asText();
            ObjectNode rest = Fields.rest(message, "id", "role", "content", "tool_calls");
            MessageRead.Builder read =
                    MessageRead.builder(run, place, Role.of(role, rest)).externalId(Fields.text(message, "id"));
            JsonNode content = resolved(message.path("content"));
            if (role.equals("tool")) {
                read.add(answer(message, content));
            } else {
                content(read, content, rest);
            }
            for (JsonNode call : message.path("tool_calls")) {
                String name = call.path("function").isTextual()
                        ? call.path("function").textValue()
                        : Fields.text(call.path("function"), "name");
                JsonNode input = Fields.json(call.path("arguments"));
                read.add(new Part.Call(Fields.text(call, "id"), name, input, null, null, call));
            }
            events.accept(read.rest(rest).build());
        }

        /** Long text is kept once, beside the messages. */
        private JsonNode resolved(JsonNode content) {
            String text = content.isTextual() && content.textValue().startsWith(ATTACHMENT) ? content.textValue() : "";
            JsonNode attached = attachments.path(text.isEmpty() ? "" : text.substring(ATTACHMENT.length()));
            return !text.isEmpty() && attached.isTextual() ? attached : content;
        }

        private void content(MessageRead.Builder read, JsonNode content, ObjectNode rest) {
            if (content.isTextual()) {
                read.add(new Part.Text(content.textValue()));
            } else if (content.isArray()) {
                for (JsonNode part : content) {
                    if (part.path("type").asText().equals("tool_use") && part.has("arguments")) {
                        serverTool(read, part);
                    } else {
                        read.add(ContentParts.of1(part));
                    }
                }
                ContentParts.withShape(rest, content);
            } else if (!content.isMissingNode()) {
                read.add(new Part.Other(content));
            }
        }

        /** A tool that the service ran: a call with its answer, or the error in its place. */
        private void serverTool(MessageRead.Builder read, JsonNode part) {
            String id = Fields.text(part, "id");
            String name = Fields.text(part, "name");
            JsonNode result = resolved(part.path("result"));
            String error = Fields.text(part, "error");
            JsonNode call = Fields.rest(part, "result", "error");
            read.add(new Part.Call(id, name, Fields.json(part.path("arguments")), null, null, call));
            if (error != null) {
                boolean alone = result.isMissingNode()
                        || result.isNull()
                        || result.asText("-").isEmpty();
                ObjectNode both = Fields.object();
                both.set("result", result);
                JsonNode output = alone ? TextNode.valueOf(error) : both.put("error", error);
                read.add(new Part.Answer(id, name, output, Outcome.FAILED, "error"));
            } else if (!result.isMissingNode()) {
                boolean told = part.has("error");
                Outcome outcome = told ? Outcome.SUCCESS : Outcome.UNKNOWN;
                read.add(new Part.Answer(id, name, result, outcome, told ? "error" : null));
            }
        }

        /** A tool that failed says so with {@code error}. */
        private static Part answer(JsonNode message, JsonNode content) {
            boolean failed = message.hasNonNull("error");
            return new Part.Answer(
                    Fields.text(message, "tool_call_id"),
                    Fields.text(message, "function"),
                    content.isMissingNode() ? null : content,
                    failed ? Outcome.FAILED : Outcome.UNKNOWN,
                    failed ? "error" : null);
        }

        private void called(JsonNode sample, JsonNode eval) {
            for (Map.Entry<String, JsonNode> model : sample.path("model_usage").properties()) {
                JsonNode usage = model.getValue();
                BigDecimal cost = Fields.number(usage, "total_cost");
                call(model.getKey(), usage, cost, null);
            }
            JsonNode output = sample.path("output");
            if (sample.path("model_usage").isEmpty() && output.path("usage").isObject()) {
                String model = Fields.text(output, "model");
                JsonNode choice = output.path("choices").path(0);
                call(
                        model == null ? Fields.text(eval, "model") : model,
                        output.path("usage"),
                        null,
                        Fields.text(choice, "stop_reason"));
            }
        }

        private void call(@Nullable String model, JsonNode usage, @Nullable BigDecimal cost, @Nullable String finish) {
            Event.Usage tokens = new Event.Usage(
                    Fields.count(usage, "input_tokens"),
                    Fields.count(usage, "output_tokens"),
                    Fields.count(usage, "input_tokens_cache_read"),
                    Fields.count(usage, "input_tokens_cache_write"),
                    Fields.count(usage, "reasoning_tokens"));
            String provider = model == null || model.indexOf('/') < 1 ? null : model.substring(0, model.indexOf('/'));
            String currency = cost == null ? null : "USD";
            events.accept(new ModelCalled(
                    run, place, null, null, model, provider, tokens, cost, currency, null, null, finish));
        }

        /** Tells the scores; gives the first one. */
        private @Nullable BigDecimal scores(JsonNode sample) {
            BigDecimal first = null;
            JsonNode scores = sample.path("scores").isObject()
                    ? sample.path("scores")
                    : Fields.object().<ObjectNode>set("score", sample.path("score"));
            for (Map.Entry<String, JsonNode> score : scores.properties()) {
                JsonNode value = score.getValue().path("value");
                if (value.isObject()) {
                    for (Map.Entry<String, JsonNode> each : value.properties()) {
                        first = scored(score.getKey() + "." + each.getKey(), each.getValue(), first);
                    }
                } else {
                    first = scored(score.getKey(), value, first);
                }
            }
            return first;
        }

        private @Nullable BigDecimal scored(String name, JsonNode value, @Nullable BigDecimal first) {
            BigDecimal number = value.isNumber()
                    ? value.decimalValue()
                    : value.isBoolean()
                            ? value.booleanValue() ? BigDecimal.ONE : BigDecimal.ZERO
                            : GRADES.get(value.asText());
            if (number == null) {
                return first;
            }
            events.accept(new Scored(run, place, name, number, name));
            return first == null ? number : first;
        }

        private void end(JsonNode sample, @Nullable BigDecimal score) {
            ObjectNode rest = Fields.object();
            for (String member : Set.of("output", "events", "attachments", "message_pool")) {
                if (sample.has(member)) {
                    rest.set(member, sample.path(member));
                }
            }
            String error = Fields.text(sample.path("error"), "message");
            TaskStatus status = null;
            if (sample.hasNonNull("error")) {
                status = TaskStatus.FAILED;
            } else if (score != null) {
                status = score.compareTo(BigDecimal.ONE) >= 0 ? TaskStatus.COMPLETED : TaskStatus.FAILED;
                error = status == TaskStatus.FAILED ? "the score is " + score : null;
            }
            Instant completed = Fields.time(sample, "completed_at");
            completed = completed == null ? Fields.time(log.path("stats"), "completed_at") : completed;
            events.accept(new RunEnded(run, place, null, status, error, completed, null, rest));
        }
    }
}
