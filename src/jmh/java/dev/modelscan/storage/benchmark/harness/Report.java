package dev.modelscan.storage.benchmark.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Puts the numbers into the documentation, between two markers. */
public final class Report {

    private static final Path DOCUMENT = Path.of("docs", "performance.md");
    private static final String BEGIN = "<!-- benchmark:begin -->";
    private static final String END = "<!-- benchmark:end -->";

    private Report() {}

    /** Replaces what stands between the markers. */
    public static void write(List<String> machine, Outcomes outcomes) throws IOException {
        String document = Files.readString(DOCUMENT);
        int from = document.indexOf(BEGIN) + BEGIN.length();
        int to = document.indexOf(END);
        List<String> lines = new ArrayList<>(List.of("", ""));
        machine.forEach(line -> lines.add("- " + line));
        lines.add("");
        lines.add("| workload | against | to reach | measured: median [range] | | in numbers |");
        lines.add("|---|---|---|---|---|---|");
        outcomes.all().forEach(outcome -> lines.add(outcome.toRow()));
        lines.add("");
        lines.add("");
        Files.writeString(DOCUMENT, document.substring(0, from) + String.join("\n", lines) + document.substring(to));
    }
}
