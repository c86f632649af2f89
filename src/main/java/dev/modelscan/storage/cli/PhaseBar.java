package dev.modelscan.storage.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A progress bar for each phase of a long command; the last one ends when this is closed. */
final class PhaseBar implements AutoCloseable {

    private static final long MEGABYTE = 1_000_000;

    private @Nullable String phase;
    private @Nullable ProgressBar bar;

    void show(String name, long done, long total) {
        if (bar == null || !name.equals(phase)) {
            close();
            phase = name;
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(total)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .build();
        }
        bar.stepTo(done);
    }

    /** Bytes, as megabytes. */
    void showBytes(String name, long done, long total) {
        show(name + " (MB)", done / MEGABYTE, Math.max(1, total / MEGABYTE));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
