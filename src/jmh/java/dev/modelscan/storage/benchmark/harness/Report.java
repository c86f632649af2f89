package dev.modelscan.storage.benchmark.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts the numbers into the documentation, between two markers. */
public final class Report {

    private static final Path DOCUMENT = Path.of("docs", "performance.md");
    private static final String BEGIN = "<!-- benchmark:begin -->";
    private static final String END = "<!-- benchmark:end -->";

    private Report() {}

    /**
     * Replaces the table between the markers.
     *
     * @param keepsOthers whether rows that these numbers do not have stay: only some workloads have run
     */
    public static void write(List<String> machine, Outcomes outcomes, boolean keepsOthers) throws IOException {
        String document = Files.readString(DOCUMENT);
        int from = document.indexOf(BEGIN) + BEGIN.length();
        int to = document.indexOf(END);
        Map<String, String> rows = keepsOthers ? rows(document.substring(from, to)) : new LinkedHashMap<>();
        outcomes.all().forEach(outcome -> rows.put(key(outcome.toRow()), outcome.toRow()));
        List<String> lines = new ArrayList<>(List.of("", ""));
        machine.forEach(line -> lines.add("- " + line));
        lines.add("");
        lines.add("| workload | against | to reach | measured: median [range] | | in numbers |");
        lines.add("|---|---|---|---|---|---|");
        lines.addAll(rows.values());
        lines.add("");
        lines.add("");
        Files.writeString(DOCUMENT, document.substring(0, from) + String.join("\n", lines) + document.substring(to));
    }

    private static Map<String, String> rows(String table) {
        Map<String, String> rows = new LinkedHashMap<>();
        table.lines()
                .dropWhile(line -> !line.startsWith("|---"))
                .skip(1)
                .filter(line -> line.startsWith("| "))
                .forEach(row -> rows.put(key(row), row));
        return rows;
    }

    /** The workload, and what it was compared with. */
    private static String key(String row) {
        String[] cells = row.split(" \\| ", 3);
        return cells[0] + "\t" + cells[1];
    }
}
