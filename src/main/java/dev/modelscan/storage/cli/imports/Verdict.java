package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Flag;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.tools.DecidedBy;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a tool failed. The file's own flag decides, beside the answer or in it; without one, an answer that begins with the word {@code Error} is a
 * failure, which {@code Errors found: 0} does not.
 *
 * @param outcome success or failure
 * @param by what decided
 * @param flag the flag's name; null without one
 */
public record Verdict(
        Outcome outcome, DecidedBy by, @Nullable String flag) {

    private static final Pattern ERROR = Pattern.compile("^\\s*Error\\b");

    /** Decides about an answer. */
    public static Verdict of(Part.Answer answer) {
        if (answer.outcome() != Outcome.UNKNOWN) {
            return new Verdict(answer.outcome(), DecidedBy.FLAG, answer.decidedBy());
        }
        Flag flag = answer.output() == null ? Flag.NONE : Flag.ofAnswer(answer.output());
        if (flag.outcome() != Outcome.UNKNOWN) {
            return new Verdict(flag.outcome(), DecidedBy.FLAG, flag.name());
        }
        boolean failed = ERROR.matcher(text(answer)).lookingAt();
        return new Verdict(failed ? Outcome.FAILED : Outcome.SUCCESS, DecidedBy.HEURISTIC, null);
    }

    /** The answer as text: a list of text parts is their text, anything but text its JSON. */
    static String text(Part.Answer answer) {
        JsonNode output = answer.output();
        if (output == null || output.isNull()) {
            return "";
        }
        if (output.isTextual()) {
            return output.textValue();
        }
        if (output.isArray() && !output.isEmpty()) {
            StringBuilder text = new StringBuilder();
            for (JsonNode part : output) {
                String one = part.isTextual()
                        ? part.textValue()
                        : part.path("text").isTextual() ? part.path("text").textValue() : null;
                if (one != null) {
                    text.append(text.isEmpty() ? "" : "\n").append(one);
                }
            }
            if (!text.isEmpty()) {
                return text.toString();
            }
        }
        return output.toString();
    }
}
