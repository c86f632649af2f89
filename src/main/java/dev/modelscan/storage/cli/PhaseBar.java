package dev.modelscan.storage.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar for each phase of a long command; the last one ends when this is closed. */
final class PhaseBar implements AutoCloseable {

    private static final long MEGABYTE = 1_000_000;

    private @Nullable String phase;
    private @Nullable ProgressBar bar;

    /** A bar in the colours and characters that the terminal can show. */
    static ProgressBarBuilder builder(String name) {
        return new ProgressBarBuilder()
                .setTaskName(name)
                .setStyle(style(Screen.ofSystem(), System.getenv("NO_COLOR")))
                .setConsumer(new ConsoleProgressBarConsumer(System.err));
    }

    /** No colour if the variable NO_COLOR is set, as with the help. */
    static ProgressBarStyle style(Screen screen, @Nullable String noColor) {
        if (!screen.isUnicode()) {
            return ProgressBarStyle.ASCII;
        }
        return noColor == null || noColor.isEmpty()
                ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                : ProgressBarStyle.UNICODE_BLOCK;
    }

    void show(String name, long done, long total) {
        if (bar == null || !name.equals(phase)) {
            close();
            phase = name;
            bar = builder(name).setInitialMax(total).build();
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
