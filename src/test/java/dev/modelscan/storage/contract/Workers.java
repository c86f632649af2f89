package dev.modelscan.storage.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Threads that start together. Their failures are failures of the test. */
final class Workers {

    static final int THREADS = 8;

    private static final long PATIENCE_SECONDS = 60;

    private static volatile boolean virtual;

    private Workers() {}

    /** Whether new threads are virtual, which needs Java 21. */
    static void useVirtualThreads(boolean use) {
        virtual = use;
    }

    /** By reflection, because the sources are Java 17. */
    private static Thread startVirtually(Runnable work) {
        try {
            return (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Thread startOnPlatform(Runnable work) {
        Thread thread = new Thread(work, "worker");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Runs work on each of eight threads at once. The results are in the order of the threads. */
    static <T> List<T> runTogether(IntFunction<Callable<T>> work) throws Exception {
        CountDownLatch gate = new CountDownLatch(THREADS);
        List<FutureTask<T>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Callable<T> own = work.apply(i);
            results.add(start(() -> {
                        gate.countDown();
                        await(gate);
                        return own.call();
                    })
                    .result());
        }
        List<T> all = new ArrayList<>();
        for (FutureTask<T> result : results) {
            all.add(result.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        return all;
    }

    /** A thread at work. */
    record Worker<T>(Thread thread, FutureTask<T> result) {

        T get() throws Exception {
            return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        /** Returns when the thread waits. */
        void awaitBlocked() {
            if (!awaitBlockedOrDone()) {
                throw new AssertionError("the thread did not wait");
            }
        }

        /** Returns when the thread waits or has ended: whether it waits. */
        boolean awaitBlockedOrDone() {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!waits()) {
                if (result.isDone()) {
                    return false;
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the thread neither waits nor ends");
                }
                LockSupport.parkNanos(500_000);
            }
            return true;
        }

        /** Returns when the thread has ended, or has had time to, if it need not wait for this one. */
        void giveTime() {
            try {
                result.get(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                // Whoever asks for the result is told.
            }
        }

        /** Returns when the thread has been in one native call for a tenth of a second, so inside of a statement or a wait. */
        void awaitLongCall() {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            StackTraceElement[] before = {};
            for (int same = 0; same < 5; ) {
                LockSupport.parkNanos(20_000_000);
                StackTraceElement[] now = thread.getStackTrace();
                same = now.length > 0 && now[0].isNativeMethod() && Arrays.equals(now, before) ? same + 1 : 0;
                before = now;
                if (result.isDone() || System.nanoTime() > deadline) {
                    throw new AssertionError("the thread has ended, or waits for nothing");
                }
            }
        }

        /** A thread that waits for a server counts as running. */
        private boolean waits() {
            Thread.State state = thread.getState();
            if (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING) {
                return true;
            }
            StackTraceElement[] stack = thread.getStackTrace();
            return stack.length > 0
                    && (stack[0].getMethodName().equals("poll")
                            || stack[0].getMethodName().equals("park"));
        }
    }

    static <T> Worker<T> start(Callable<T> work) {
        FutureTask<T> result = new FutureTask<>(work);
        return new Worker<>(virtual ? startVirtually(result) : startOnPlatform(result), result);
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody opened the latch");
        }
    }
}
