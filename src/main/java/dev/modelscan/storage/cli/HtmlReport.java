package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.analytics.ModelCosts;
import dev.modelscan.storage.analytics.ModelUsage;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.cli.HtmlPage.Bar;
import dev.modelscan.storage.cli.HtmlPage.Column;
import dev.modelscan.storage.cli.PlotData.Day;
import dev.modelscan.storage.cli.PlotData.Length;
import dev.modelscan.storage.cli.PlotData.Percentiles;
import dev.modelscan.storage.tasks.TaskStatus;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/** A report as a page of plots. */
final class HtmlReport {

    /** More columns would be narrower than a point; days are then put together. */
    private static final int MOST_COLUMNS = 120;

    /** How many plots a page has. */
    static final int PLOTS = 9;

    private HtmlReport() {}

    /**
     * The page.
     *
     * @param onPlot is told how many plots are done, after each
     */
    static String of(Database db, String name, Scope scope, int top, IntConsumer onPlot) {
        Report report = Report.of(db, scope, top);
        PlotData data = new PlotData(db.dsl(), scope);
        HtmlPage page = new HtmlPage("What the agents did: " + name, onPlot);
        List<TaskStatus> statuses = List.of(TaskStatus.values());
        List<String> codes = statuses.stream().map(TaskStatus::code).toList();
        List<Integer> colours = statuses.stream().map(HtmlReport::colour).toList();
        page.columns(
                "Tasks by day and status",
                "in UTC; tasks whose source has no times, on the day of the import",
                codes,
                colours,
                columns(data.days(), codes));
        tools(page, report, data, top);
        page.bars(
                "Models: tokens in, and out in red",
                "",
                report.models().stream()
                        .map(row -> usage(row.key() == null ? "(unknown)" : row.key(), row))
                        .toList());
        page.bars("Agents: tokens in, and out in red", "of the calls that name an agent", agents(db, scope, top));
        messages(page, report, data, top);
        page.bars(
                "How long tasks waited to begin", "p99, p95 and p50, in seconds, by type", durations(data.waits(top)));
        return page.end();
    }

    private static void tools(HtmlPage page, Report report, PlotData data, int top) {
        page.bars(
                "Tools: uses, and failures in red",
                "",
                report.tools().stream()
                        .map(row -> new Bar(
                                row.toolName(),
                                text("%,d, %,d failed", row.executions(), row.failures()),
                                List.of((double) row.executions(), (double) row.failures())))
                        .toList());
        // As in the text report: if no run of a tool took any time, its runs were recorded without times.
        List<Percentiles> timed =
                data.tools(top).stream().filter(row -> row.p99() > 0).toList();
        page.bars("How long tools ran", "p99, p95 and p50, in seconds", durations(timed));
    }

    private static void messages(HtmlPage page, Report report, PlotData data, int top) {
        page.bars(
                "Agents: messages sent",
                "",
                report.busiestAgents().stream()
                        .map(row -> new Bar(
                                row.name(),
                                text("%,d, ", row.messagesSent()) + Count.of(row.toolExecutions(), "tool"),
                                List.of((double) row.messagesSent())))
                        .toList());
        page.bars("Messages per conversation", "conversations of each length", lengths(data.lengths()));
        page.bars(
                "Who talks to whom",
                "messages that name whom they are for",
                data.talks(top).stream()
                        .map(row -> new Bar(
                                row.from() + " \u2192 " + row.to(), text("%,d", row.messages()), List.of((double)
                                        row.messages())))
                        .toList());
    }

    /** Failures are red. */
    private static int colour(TaskStatus status) {
        return switch (status) {
            case PENDING -> 0;
            case FAILED -> 1;
            case COMPLETED -> 2;
            case CANCELLED -> 3;
            case RUNNING -> 4;
        };
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static List<Bar> agents(Database db, Scope scope, int top) {
        List<ModelUsage<AgentId>> rows = new ModelCosts(db, scope)
                .byAgent(top).stream().filter(row -> row.key() != null).toList();
        Map<AgentId, String> names = new HashMap<>();
        db.agents()
                .listByIds(rows.stream().map(ModelUsage::key).distinct().toList())
                .forEach(agent -> names.put(agent.id(), agent.name()));
        return rows.stream()
                .map(row -> usage(names.getOrDefault(row.key(), String.valueOf(row.key())), row))
                .toList();
    }

    private static Bar usage(String name, ModelUsage<?> row) {
        String cost = row.currency() == null
                ? ""
                : text(", %s %s", row.cost().stripTrailingZeros().toPlainString(), row.currency());
        return new Bar(
                name,
                text("%,d, %,d", row.inputTokens(), row.outputTokens()) + cost,
                List.of((double) row.inputTokens(), (double) row.outputTokens()));
    }

    private static List<Bar> durations(List<Percentiles> rows) {
        return rows.stream()
                .map(row -> new Bar(
                        row.name(),
                        text("%.2f, %.2f, %.2f", row.p99(), row.p95(), row.p50()),
                        List.of(row.p99(), row.p95(), row.p50())))
                .toList();
    }

    /** Each day, or some days together, from the first to the last. */
    private static List<Column> columns(List<Day> days, List<String> codes) {
        if (days.isEmpty()) {
            return List.of();
        }
        LocalDate last = days.get(0).day();
        LocalDate first = days.get(days.size() - 1).day();
        long all = last.toEpochDay() - first.toEpochDay() + 1;
        long step = (all + MOST_COLUMNS - 1) / MOST_COLUMNS;
        int columns = (int) ((all + step - 1) / step);
        long[][] counts = new long[columns][codes.size()];
        for (Day day : days) {
            int column = (int) ((day.day().toEpochDay() - first.toEpochDay()) / step);
            counts[column][codes.indexOf(day.status())] += day.tasks();
        }
        List<Column> result = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            String label = first.plusDays(i * step).toString();
            result.add(new Column(label, Arrays.stream(counts[i]).boxed().toList()));
        }
        return result;
    }

    private static List<Bar> lengths(List<Length> rows) {
        Map<Long, Long> buckets = new TreeMap<>();
        rows.forEach(
                row -> buckets.merge(Long.highestOneBit(Math.max(1, row.messages())), row.conversations(), Long::sum));
        List<Bar> bars = new ArrayList<>();
        buckets.forEach((from, count) -> bars.add(
                new Bar(from == 1 ? "1" : text("%,d to %,d", from, 2 * from - 1), text("%,d", count), List.of((double)
                        count))));
        return bars;
    }
}
