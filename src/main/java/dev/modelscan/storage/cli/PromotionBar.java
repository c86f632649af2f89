package dev.modelscan.storage.cli;

import dev.modelscan.storage.PromotionProgress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A progress bar for each phase of a promotion. */
final class PromotionBar implements AutoCloseable {

    private PromotionProgress.@Nullable Phase phase;
    private @Nullable ProgressBar bar;

    void show(PromotionProgress progress) {
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

    private static String name(PromotionProgress.Phase phase) {
        return switch (phase) {
            case CHECK -> "Checking rows";
            case SNAPSHOT -> "Taking snapshot";
            case COPY -> "Copying rows";
            case INDEX -> "Making indexes";
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
