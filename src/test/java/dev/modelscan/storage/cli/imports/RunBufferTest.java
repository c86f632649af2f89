package dev.modelscan.storage.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.tasks.TaskStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunBufferTest {

    private static final Place PLACE = new Place(1, 2, 3);
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.000006Z");
    private static final ObjectNode REST = JsonNodeFactory.instance.objectNode().put("a", 1);

    @Test
    void theEventsOfALongRunAreReadBackFromItsFile() {
        Part.Call call = new Part.Call("c", "f", REST, TIME, TIME, REST);
        Part.Answer answer = new Part.Answer(
                "c", "f", TextNode.valueOf("r"), Outcome.FAILED, "error", TIME, TIME, Duration.ofMillis(5), "child");
        List<Event> events = List.of(
                new Event.Described(PLACE, REST),
                new Event.AgentDescribed(PLACE, "a", REST),
                new Event.RunStarted("r", PLACE, "x", "p", "n", "a", TIME, REST),
                Event.MessageRead.builder("r", PLACE, Role.ASSISTANT)
                        .externalId("m")
                        .parentId("l")
                        .author("a")
                        .createdAt(TIME)
                        .add(new Part.Text("t \ud83d"))
                        .add(new Part.Reasoning(REST))
                        .add(new Part.Media("image", "image/png", REST))
                        .add(new Part.Refusal("no"))
                        .add(call)
                        .add(answer)
                        .add(new Part.Other(REST))
                        .rest(REST)
                        .build(),
                new Event.ToolUsed("r", PLACE, "x", "a", call, answer, REST),
                new Event.ModelCalled(
                        "r",
                        PLACE,
                        "m",
                        "x",
                        "model",
                        "p",
                        new Event.Usage(1L, 2L, 3L, 4L, null),
                        new BigDecimal("0.50"),
                        "USD",
                        TIME,
                        TIME,
                        "stop"),
                new Event.Scored("r", PLACE, "s", BigDecimal.ONE, "x"),
                new Event.Warned("r", PLACE, "f", "t"),
                new Event.Refused(PLACE, "t"),
                new Event.RunEnded("r", PLACE, "x", TaskStatus.FAILED, "e", TIME, "h", REST));
        List<Event> again = new ArrayList<>();
        try (RunBuffer buffer = new RunBuffer()) {
            events.forEach(buffer::add);
            buffer.spill();
            buffer.replay(again::add);
        }

        assertThat(again).isEqualTo(events);
        assertThat(events)
                .extracting(Object::getClass)
                .containsOnlyOnceElementsOf(List.of(Event.class.getPermittedSubclasses()));
    }
}
