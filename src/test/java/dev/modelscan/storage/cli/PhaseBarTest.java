package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBarStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhaseBarTest {

    @Test
    void hasTheColoursAndCharactersThatTheTerminalShows() {
        Screen unicode = new Screen(true);
        assertThat(PhaseBar.style(unicode, null)).isSameAs(ProgressBarStyle.COLORFUL_UNICODE_BLOCK);
        assertThat(PhaseBar.style(unicode, "")).isSameAs(ProgressBarStyle.COLORFUL_UNICODE_BLOCK);
        assertThat(PhaseBar.style(unicode, "1")).isSameAs(ProgressBarStyle.UNICODE_BLOCK);
        assertThat(PhaseBar.style(new Screen(false), null)).isSameAs(ProgressBarStyle.ASCII);
    }

    @Test
    void theBarOfAnImportEndsOnce(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("one.json"), "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");

        String bars = TerminalRun.bars(
                "import", file.toString(), "--db", directory.resolve("runs.db").toString());

        assertThat(bars.lines().filter(line -> line.contains("Importing 100%"))).isNotEmpty();
        assertThat(bars.chars().filter(c -> c == '\n')).hasSize(1);
    }
}
