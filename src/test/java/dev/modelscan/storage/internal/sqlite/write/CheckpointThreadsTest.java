package dev.modelscan.storage.internal.sqlite.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.internal.sqlite.write.CheckpointThreads.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One database's checkpoint keeps no other database from its own. */
@Timeout(60)
class CheckpointThreadsTest {

    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Job> jobs = new ArrayList<>();

    private Job job(Runnable run) {
        Job job = new Job(run);
        jobs.add(job);
        return job;
    }

    @AfterEach
    void end() {
        release.countDown();
        jobs.forEach(CheckpointThreads::close);
    }

    private void block() {
        boolean done = false;
        while (!done) {
            try {
                release.await();
                done = true;
            } catch (InterruptedException e) {
                // As a checkpoint does not react to it.
            }
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anErrorEndsNoThreadAndStopsNoOther() throws Exception {
        CountDownLatch failed = new CountDownLatch(3);
        Job failing = job(() -> {
            failed.countDown();
            Thread.currentThread().interrupt();
            throw new AssertionError("a failure that no checkpoint should have");
        });
        CountDownLatch ran = new CountDownLatch(1);
        while (failed.getCount() > 0) {
            CheckpointThreads.request(failing);
            Thread.sleep(5);
        }
        CheckpointThreads.request(job(ran::countDown));
        await(ran);
    }

    @Test
    void oneThatDoesNotEndDelaysOthersByLittleMoreThanASecond() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CheckpointThreads.request(job(() -> {
            blocked.countDown();
            block();
        }));
        await(blocked);
        CountDownLatch ran = new CountDownLatch(1);
        Job other = job(ran::countDown);
        long since = System.nanoTime();
        // A database that writes on asks again and again.
        while (ran.getCount() > 0 && System.nanoTime() - since < TimeUnit.SECONDS.toNanos(20)) {
            CheckpointThreads.request(other);
            Thread.sleep(20);
        }
        assertThat(ran.getCount()).isZero();
    }

    @Test
    void oneThatIsAskedForOnceBehindOthersThatDoNotEndRunsToo() throws Exception {
        CountDownLatch blocked = new CountDownLatch(2);
        CountDownLatch ran = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            CheckpointThreads.request(job(() -> {
                blocked.countDown();
                block();
            }));
        }
        CheckpointThreads.request(job(ran::countDown));
        await(blocked);
        await(ran);
    }

    @Test
    void whatIsAskedForMeanwhileRunsOnceMoreAndNeverTwiceAtOnce() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(2);
        Job job = job(() -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            first.countDown();
            block();
            running.decrementAndGet();
            second.countDown();
        });
        CheckpointThreads.request(job);
        await(first);
        CheckpointThreads.request(job);
        CheckpointThreads.request(job);
        release.countDown();
        await(second);
        assertThat(most).hasValue(1);
    }

    @Test
    void closingWaitsForTheOneThatRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        Job job = job(() -> {
            begun.countDown();
            block();
            ended.incrementAndGet();
        });
        CheckpointThreads.request(job);
        await(begun);
        CheckpointThreads.request(job);
        Thread closing = new Thread(() -> CheckpointThreads.close(job));
        closing.start();
        closing.join(100);
        assertThat(closing.isAlive()).isTrue();
        release.countDown();
        closing.join();
        assertThat(ended).hasValue(1);
        CheckpointThreads.request(job);
        CountDownLatch later = new CountDownLatch(1);
        CheckpointThreads.request(job(later::countDown));
        await(later);
        assertThat(ended).hasValue(1);
    }
}
