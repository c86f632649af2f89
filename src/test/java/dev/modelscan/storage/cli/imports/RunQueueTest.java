package dev.modelscan.storage.cli.imports;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.errors.CancelledException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunQueueTest {

    private static ReadRun run() {
        RunStarted started = new RunStarted("r", new Place(1, 1, 0), null, null, null, null, null, Fields.object());
        return new ReadRun(List.of(), "r", new Facts(started, odd -> {}), new RunBuffer(), null, 0, Instant.EPOCH);
    }

    @Test
    void whoeverFinishesIsToldThatStoringWasInterrupted() throws Exception {
        CompletableFuture<Thread> storing = new CompletableFuture<>();
        try (RunQueue queue = new RunQueue(runs -> {
            storing.complete(Thread.currentThread());
            Thread.currentThread().interrupt();
        })) {
            queue.add(run());
            storing.get(20, TimeUnit.SECONDS).join();

            assertThatThrownBy(() -> queue.add(run())).isInstanceOf(CancelledException.class);
            assertThatThrownBy(queue::finish)
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
        }
    }
}
