package dev.modelscan.storage.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FactsTest {

    private static final Place PLACE = new Place(1, 1, 0);
    private static final Part CALL = new Part.Call("c", "search", null, null, null, Fields.object());
    private static final Part ANSWER = new Part.Answer("c", null, TextNode.valueOf("x"), Outcome.UNKNOWN, null);

    private final List<Event> warnings = new ArrayList<>();
    private final Facts facts =
            new Facts(new RunStarted("r", PLACE, null, null, null, null, null, Fields.object()), warnings::add);

    /** As services do that run the tool themselves, and as the spans of a trace do. */
    @Test
    void anAnswerMayBeInTheMessageOfItsCall() {
        facts.accept(MessageRead.builder("r", PLACE, Role.ASSISTANT)
                .add(CALL)
                .add(ANSWER)
                .build());

        assertThat(warnings).isEmpty();
    }

    @Test
    void anAnswerWithoutACallIsOdd() {
        facts.accept(MessageRead.builder("r", PLACE, Role.TOOL).add(ANSWER).build());
        facts.finish();

        assertThat(warnings).hasSize(1);
    }
}
