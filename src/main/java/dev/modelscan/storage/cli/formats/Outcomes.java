package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.tasks.TaskStatus;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The status of a run by what its file says of its end. The first of these members that is there decides; numbers and
 * booleans count as text too:
 *
 * <table>
 * <caption>Status</caption>
 * <tr><th>member</th><th>completed</th><th>failed</th></tr>
 * <tr><td>{@code reward}, {@code score}</td><td>1 or more, true</td><td>less, false</td></tr>
 * <tr><td>{@code resolved}, {@code success}</td><td>true, 1 or more</td><td>false, less</td></tr>
 * <tr><td>{@code exit_status}</td><td>0, true, or text that begins with {@code submitted}, {@code success}, {@code completed},
 * {@code finished} or {@code exit_success}</td><td>anything else</td></tr>
 * </table>
 */
public final class Outcomes {

    private static final List<String> VERDICTS = List.of("reward", "score", "resolved", "success");
    private static final Set<String> GOOD_ENDS =
            Set.of("submitted", "success", "completed", "finished", "exit_success");

    private Outcomes() {}

    /** The status by the table; null if none of the members is there. */
    public static @Nullable TaskStatus status(JsonNode record) {
        for (String member : VERDICTS) {
            BigDecimal value = value(record.path(member));
            if (value != null) {
                return value.compareTo(BigDecimal.ONE) >= 0 ? TaskStatus.COMPLETED : TaskStatus.FAILED;
            }
        }
        JsonNode exit = record.path("exit_status");
        BigDecimal code = Fields.number(exit);
        if (code != null) {
            return code.signum() == 0 ? TaskStatus.COMPLETED : TaskStatus.FAILED;
        }
        Boolean good = Fields.truth(exit);
        if (good != null) {
            return good ? TaskStatus.COMPLETED : TaskStatus.FAILED;
        }
        if (exit.isTextual() && !exit.textValue().isBlank()) {
            String end = exit.textValue().strip().toLowerCase(Locale.ROOT);
            return GOOD_ENDS.stream().anyMatch(end::startsWith) ? TaskStatus.COMPLETED : TaskStatus.FAILED;
        }
        return null;
    }

    /** The member by which the run failed, such as {@code reward is 0.5}; null if it did not. */
    public static @Nullable String error(JsonNode record) {
        if (status(record) != TaskStatus.FAILED) {
            return null;
        }
        for (String member : VERDICTS) {
            if (value(record.path(member)) != null) {
                return member + " is " + record.path(member).asText();
            }
        }
        return "exit_status is " + record.path("exit_status").asText();
    }

    /** Tells of each verdict that is a number or a boolean, also as text, as a score. */
    public static void scores(String run, Place place, JsonNode record, @Nullable String source, Events events) {
        for (String member : VERDICTS) {
            BigDecimal value = value(record.path(member));
            if (value != null) {
                events.accept(new Event.Scored(run, place, member, value, source));
            }
        }
    }

    private static @Nullable BigDecimal value(JsonNode verdict) {
        BigDecimal number = Fields.number(verdict);
        if (number != null) {
            return number;
        }
        Boolean truth = Fields.truth(verdict);
        return truth == null ? null : truth ? BigDecimal.ONE : BigDecimal.ZERO;
    }
}
