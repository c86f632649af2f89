package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the stored tool executions of one run. */
final class Executions {

    /** In the metadata: the external id of the run that the tool started, which may be stored later. */
    static final String CHILD_RUN = "child_run";

    private final Values values;
    private final TaskId task;

    Executions(Values values, TaskId task) {
        this.values = values;
        this.task = task;
    }

    /** The id of the use of a tool of which no message tells. */
    static ToolExecutionId id(TaskId task, ToolUsed used, int number) {
        String name = used.externalId() == null ? "number " + number : used.externalId();
        return new ToolExecutionId(Digests.uuid("tool execution", task.value(), name));
    }

    /** A call without an answer. */
    ToolExecution.Builder asked(ToolExecutionId id, AgentId agent, Part.Call call, Instant now) {
        ToolExecution.Builder execution = ToolExecution.builder()
                .id(id)
                .agentId(agent)
                .taskId(task)
                .toolName(call.tool() == null ? "(unnamed)" : Names.of(call.tool()))
                .callId(Names.optional(call.callId()))
                .createdAt(call.startedAt() == null ? now : call.startedAt());
        if (call.completedAt() != null) {
            execution.metadata(Map.of("call_completed_at", call.completedAt().toString()));
        }
        return call.input() == null
                ? execution
                : execution.input(values.json(call.input()).json());
    }

    /** A call with its answer. */
    ToolExecution.Builder answered(ToolExecution.Builder asked, Instant begun, Instant now, Part.Answer answer) {
        Verdict verdict = Verdict.of(answer);
        boolean failed = verdict.outcome() == Outcome.FAILED;
        Instant started = answer.startedAt() == null ? begun : answer.startedAt();
        Instant ended = answer.completedAt() == null ? now : answer.completedAt();
        if (answer.took() != null) {
            ended = started.plus(answer.took());
        }
        JsonNode output = answer.output() == null ? null : Fields.structure(answer.output());
        asked.status(failed ? ToolExecutionStatus.FAILED : ToolExecutionStatus.SUCCESS)
                .error(failed ? error(answer) : null)
                .output(output == null ? null : values.json(output).json())
                .decidedBy(verdict.by())
                .startedAt(started)
                .completedAt(ended.isBefore(started) ? started : ended);
        Map<String, String> metadata = new LinkedHashMap<>();
        if (verdict.flag() != null) {
            metadata.put("decided_by", verdict.flag());
        }
        if (answer.childRun() != null) {
            metadata.put(CHILD_RUN, Names.of(answer.childRun()));
        }
        return metadata.isEmpty() ? asked : asked.metadata(metadata);
    }

    /** The use of a tool of which no message tells. */
    ToolExecution used(ToolExecutionId id, AgentId agent, ToolUsed used, Instant now) {
        Part.Call call = used.call();
        ToolExecution.Builder execution = asked(id, agent, call, now);
        ObjectNode metadata = used.rest().deepCopy();
        Part.Answer answer = used.answer();
        if (answer != null) {
            Instant begun = call.startedAt() == null ? now : call.startedAt();
            answered(execution, begun, call.completedAt() == null ? begun : call.completedAt(), answer);
            if (answer.decidedBy() != null) {
                metadata.put("decided_by", answer.decidedBy());
            }
        }
        return execution.metadata(values.object(metadata, new ArrayList<>())).build();
    }

    private static String error(Part.Answer answer) {
        String text = Escapes.of(Verdict.text(answer));
        return Values.isLarge(text) ? Values.excerpt(text) : text;
    }
}
