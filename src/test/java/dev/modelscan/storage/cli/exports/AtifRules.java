package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the published format asks of a trajectory of version 1.6. */
final class AtifRules {

    private static final Set<String> AGENT_ONLY =
            Set.of("model_name", "reasoning_effort", "reasoning_content", "tool_calls", "metrics");

    private final List<String> broken = new ArrayList<>();

    private AtifRules() {}

    static List<String> brokenBy(JsonNode trajectory) {
        AtifRules rules = new AtifRules();
        rules.trajectory(trajectory);
        return rules.broken;
    }

    private void trajectory(JsonNode root) {
        members(
                root,
                "trajectory",
                Set.of("schema_version", "session_id", "agent", "steps"),
                Set.of("notes", "final_metrics", "continued_trajectory_ref", "extra", "subagent_trajectories"));
        members(
                root.path("agent"),
                "agent",
                Set.of("name", "version"),
                Set.of("model_name", "tool_definitions", "extra"));
        if (root.path("steps").isEmpty()) {
            broken.add("has no steps");
        }
        int number = 0;
        for (JsonNode step : root.path("steps")) {
            step(step, ++number);
        }
    }

    private void step(JsonNode step, int number) {
        String at = "step " + number;
        members(
                step,
                at,
                Set.of("step_id", "source", "message"),
                Set.of(
                        "timestamp",
                        "model_name",
                        "reasoning_effort",
                        "reasoning_content",
                        "tool_calls",
                        "observation",
                        "metrics",
                        "is_copied_context",
                        "extra"));
        require(step.path("step_id").asInt() == number, at + " has the id " + step.path("step_id"));
        String source = step.path("source").asText();
        require(Set.of("system", "user", "agent").contains(source), at + " is from " + source);
        for (String member : AGENT_ONLY) {
            require(source.equals("agent") || !step.has(member), at + " is no agent's, and has " + member);
        }
        content(step.path("message"), at);
        Set<String> calls = new HashSet<>();
        for (JsonNode call : step.path("tool_calls")) {
            members(call, at, Set.of("tool_call_id", "function_name", "arguments"), Set.of());
            require(call.path("arguments").isObject(), at + " has arguments that are no object");
            require(calls.add(call.path("tool_call_id").asText()), at + " repeats " + call.path("tool_call_id"));
        }
        for (JsonNode result : step.path("observation").path("results")) {
            members(result, at, Set.of(), Set.of("source_call_id", "content", "subagent_trajectory_ref"));
            require(
                    !result.has("source_call_id")
                            || calls.contains(result.path("source_call_id").asText()),
                    at + " answers the unknown call " + result.path("source_call_id"));
            if (result.has("content")) {
                content(result.path("content"), at);
            }
        }
    }

    private void content(JsonNode content, String at) {
        for (JsonNode part : content) {
            require(Set.of("text", "image").contains(part.path("type").asText()), at + " has a part " + part);
        }
        require(content.isTextual() || content.isArray() || content.isNull(), at + " has the content " + content);
    }

    private void members(JsonNode object, String at, Set<String> required, Set<String> allowed) {
        for (String member : required) {
            require(object.has(member), at + " lacks " + member);
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            boolean known = required.contains(member.getKey()) || allowed.contains(member.getKey());
            require(known, at + " has " + member.getKey());
        }
    }

    private void require(boolean kept, String text) {
        if (!kept) {
            broken.add(text);
        }
    }
}
