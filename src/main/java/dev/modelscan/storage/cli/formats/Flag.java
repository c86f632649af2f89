package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;

/**
 * What a file's own flag says of a tool's answer.
 *
 * @param outcome {@link Outcome#UNKNOWN} without a flag
 * @param name the flag's name; empty without a flag
 */
public record Flag(Outcome outcome, String name) {

    /** No flag. */
    public static final Flag NONE = new Flag(Outcome.UNKNOWN, "");

    private static final Set<String> FAILED = Set.of("error", "failed", "failure", "timeout", "cancelled", "denied");
    private static final Set<String> SUCCESS = Set.of("success", "succeeded", "ok", "completed");

    /**
     * The first flag that is there: {@code is_error}, {@code isError}, {@code error}, {@code status}, {@code success} beside the
     * answer, or a member {@code error} of an answer that is a JSON object.
     *
     * @param holder the message or part that holds the answer
     * @param output the answer
     */
    public static Flag of(JsonNode holder, JsonNode output) {
        for (String name : new String[] {"is_error", "isError", "error"}) {
            JsonNode flag = holder.path(name);
            if (flag.isBoolean()) {
                return new Flag(flag.booleanValue() ? Outcome.FAILED : Outcome.SUCCESS, name);
            }
            if (isGiven(flag)) {
                return new Flag(Outcome.FAILED, name);
            }
        }
        String status = holder.path("status").asText().toLowerCase(Locale.ROOT);
        if (FAILED.contains(status) || SUCCESS.contains(status)) {
            return new Flag(FAILED.contains(status) ? Outcome.FAILED : Outcome.SUCCESS, "status");
        }
        if (holder.path("success").isBoolean()) {
            return new Flag(holder.path("success").booleanValue() ? Outcome.SUCCESS : Outcome.FAILED, "success");
        }
        JsonNode answer = Fields.structure(output);
        if (answer.isObject()
                && (isGiven(answer.path("error")) || answer.path("error").asBoolean(false))) {
            return new Flag(Outcome.FAILED, "output.error");
        }
        return NONE;
    }

    private static boolean isGiven(JsonNode flag) {
        return flag.isTextual() ? !flag.textValue().isBlank() : flag.isContainerNode() && !flag.isEmpty();
    }

    /** An answer with this flag. */
    Part.Answer answer(String callId, String tool, JsonNode output) {
        return new Part.Answer(
                callId.isEmpty() ? null : callId,
                tool.isEmpty() ? null : tool,
                output.isMissingNode() ? null : output,
                outcome,
                name.isEmpty() ? null : name);
    }
}
