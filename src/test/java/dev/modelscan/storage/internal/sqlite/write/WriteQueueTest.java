package dev.modelscan.storage.internal.sqlite.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WriteQueueTest {

    private static WriteRequest<Boolean> request() {
        return new WriteRequest<>(null, null, true, session -> true);
    }

    @Test
    void aRequestThatHasEndedIsNotKept() throws Exception {
        WriteQueue queue = new WriteQueue();
        WeakReference<WriteRequest<Boolean>> queued = leadOneAfterTheOther(queue);
        while (queued.get() != null) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(queue.isLedByCurrentThread()).isFalse();
    }

    private static WeakReference<WriteRequest<Boolean>> leadOneAfterTheOther(WriteQueue queue) {
        WriteRequest<Boolean> first = request();
        WriteRequest<Boolean> second = request();
        assertThat(queue.leadOrEnqueue(first)).isTrue();
        assertThat(queue.leadOrEnqueue(second)).isFalse();
        queue.handOver(first, 1);
        assertThat(queue.isLedByCurrentThread()).isTrue();
        queue.handOver(second, 1);
        return new WeakReference<>(second);
    }
}
