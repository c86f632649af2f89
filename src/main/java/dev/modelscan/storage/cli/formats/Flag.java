package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
     * The first flag that is there: {@link #beside} the answer, or in it.
     *
     * @param holder the message or part that holds the answer
     * @param output the answer
     */
    public static Flag of(JsonNode holder, JsonNode output) {
        Flag beside = beside(holder);
        return beside.outcome() == Outcome.UNKNOWN ? ofAnswer(output) : beside;
    }

    /** The first of {@code is_error}, {@code isError}, {@code error}, {@code status} and {@code success} that is beside an answer. */
    static Flag beside(JsonNode holder) {
        for (String name : new String[] {"is_error", "isError", "error"}) {
            Boolean failed = failed(name, holder.path(name));
            if (failed != null) {
                return new Flag(failed ? Outcome.FAILED : Outcome.SUCCESS, name);
            }
        }
        String status = holder.path("status").asText().toLowerCase(Locale.ROOT);
        if (FAILED.contains(status) || SUCCESS.contains(status)) {
            return new Flag(FAILED.contains(status) ? Outcome.FAILED : Outcome.SUCCESS, "status");
        }
        Boolean succeeded = Fields.truth(holder.path("success"));
        if (succeeded != null) {
            return new Flag(succeeded ? Outcome.SUCCESS : Outcome.FAILED, "success");
        }
        return NONE;
    }

    /** What an answer that is a JSON object says of itself, also as the only text part of a list. */
    public static Flag ofAnswer(JsonNode output) {
        JsonNode only = output.size() == 1 ? output.path(0).path("text") : output;
        JsonNode whole = only.isTextual() ? only : output;
        // Most answers have no such word, and need not be parsed.
        JsonNode answer = whole.isTextual() && !whole.textValue().contains("rror") ? whole : Fields.structure(whole);
        if (!answer.isObject()) {
            return NONE;
        }
        for (String name : new String[] {"is_error", "isError"}) {
            if (answer.path(name).isBoolean()) {
                return new Flag(answer.path(name).booleanValue() ? Outcome.FAILED : Outcome.SUCCESS, "output." + name);
            }
        }
        return Boolean.TRUE.equals(failed("error", answer.path("error")))
                ? new Flag(Outcome.FAILED, "output.error")
                : NONE;
    }

    /**
     * Whether a member says that a tool failed; null if it says nothing. An error may be a text, an object, a list, or a whole
     * number, its code. A number with a fraction is a measured one.
     */
    private static @Nullable Boolean failed(String name, JsonNode flag) {
        BigDecimal number = name.equals("error") ? Fields.number(flag) : null;
        if (number != null && number.stripTrailingZeros().scale() > 0) {
            return null;
        }
        Boolean truth = Fields.truth(flag);
        boolean isGiven = flag.isTextual() ? !flag.textValue().isBlank() : flag.isContainerNode() && !flag.isEmpty();
        return (truth == null && isGiven) ? Boolean.TRUE : truth;
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
