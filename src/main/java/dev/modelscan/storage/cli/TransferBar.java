package dev.modelscan.storage.cli;

import dev.modelscan.storage.transfer.TransferProgress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A progress bar for each phase of a transfer. */
final class TransferBar implements AutoCloseable {

    private TransferProgress.@Nullable Phase phase;
    private @Nullable ProgressBar bar;

    void show(TransferProgress progress) {
        if (bar == null || phase != progress.phase()) {
            close();
            phase = progress.phase();
            bar = new ProgressBarBuilder()
                    .setTaskName(name(phase))
                    .setInitialMax(progress.total())
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .build();
        }
        bar.stepTo(progress.done());
    }

    private static String name(TransferProgress.Phase phase) {
        return switch (phase) {
            case CHECK -> "Checking rows";
            case SNAPSHOT -> "Taking snapshot";
            case COPY -> "Copying rows";
            case INDEX -> "Creating indexes";
            case COMPARE -> "Comparing rows";
        };
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
