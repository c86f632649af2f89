package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.analytics.ModelUsage;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.cli.HtmlPage.Bar;
import dev.modelscan.storage.cli.HtmlPage.Column;
import dev.modelscan.storage.cli.HtmlPage.Series;
import dev.modelscan.storage.cli.PlotData.Day;
import dev.modelscan.storage.cli.PlotData.Length;
import dev.modelscan.storage.cli.PlotData.Percentiles;
import dev.modelscan.storage.cli.PlotData.Spent;
import dev.modelscan.storage.cli.PlotData.Talk;
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
import org.jspecify.annotations.Nullable;

/** A report as a page of plots. */
final class HtmlReport {

    /** More columns would be narrower than a point; days are then put together. */
    private static final int MOST_COLUMNS = 120;

    /** How many plots a page has. */
    static final int PLOTS = 9;

    private static final int BLUE = 0;
    private static final int RED = 1;
    private static final int GREEN = 2;
    private static final int OCHRE = 3;
    private static final int VIOLET = 4;

    private static final List<Series> ONE = List.of(new Series("", BLUE));
    private static final List<Series> TOKENS = List.of(new Series("in", BLUE), new Series("out", OCHRE));
    private static final String NONE = "There are none.";

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
        tasks(page, data);
        tools(page, report, data, top);
        models(page, report, data, top);
        messages(page, report, data, top);
        List<Percentiles> waits = data.waits(top);
        durations(page, "How long tasks waited to begin", "by type", "None is known to have waited.", waits);
        return page.end();
    }

    private static void tasks(HtmlPage page, PlotData data) {
        List<TaskStatus> statuses = List.of(TaskStatus.values());
        List<Day> days = data.days();
        page.columns(
                "Tasks by day and status",
                "in UTC; tasks whose source has no times, on the day of the import"
                        + (days.size() < PlotData.MOST_ROWS ? "" : "; the latest days only"),
                statuses.stream()
                        .map(each -> new Series(each.code(), colour(each)))
                        .toList(),
                columns(days, statuses.stream().map(TaskStatus::code).toList()));
    }

    private static void tools(HtmlPage page, Report report, PlotData data, int top) {
        page.bars(
                "Tools: uses, and failures",
                cut(report.tools().size(), report.totals().tools(), "the most used first"),
                NONE,
                List.of(new Series("all", BLUE), new Series("failed", RED)),
                report.tools().stream()
                        .map(row -> new Bar(
                                row.toolName(),
                                text("%,d, %,d failed", row.executions(), row.failures()),
                                List.of((double) row.executions(), (double) row.failures())))
                        .toList());
        durations(
                page,
                "How long tools ran",
                "the most used first",
                report.tools().isEmpty() ? NONE : "No times are known.",
                data.tools(top));
    }

    private static void models(HtmlPage page, Report report, PlotData data, int top) {
        List<ModelUsage<String>> models = report.models();
        page.bars(
                "Models: tokens",
                cut(models.size(), report.totals().models(), "the most called first"),
                NONE,
                TOKENS,
                usages(models));
        List<Spent> agents = data.agents(top);
        page.bars(
                "Agents: tokens",
                cut(
                        agents.size(),
                        agents.isEmpty() ? 0 : agents.get(0).all(),
                        "of the calls that name an agent, the most tokens first"),
                "No call names an agent.",
                TOKENS,
                usages(agents.stream().map(Spent::usage).toList()));
    }

    private static void messages(HtmlPage page, Report report, PlotData data, int top) {
        page.bars(
                "Agents: messages sent",
                cut(report.busiestAgents().size(), report.totals().agents(), "the busiest first"),
                NONE,
                ONE,
                report.busiestAgents().stream()
                        .map(row -> new Bar(
                                row.name(),
                                text("%,d, and ", row.messagesSent())
                                        + Count.of(row.toolExecutions(), "tool execution"),
                                List.of((double) row.messagesSent())))
                        .toList());
        List<Length> lengths = data.lengths();
        page.bars(
                "Messages per conversation",
                "conversations of each length" + (lengths.size() < PlotData.MOST_ROWS ? "" : "; the shortest only"),
                NONE,
                ONE,
                lengths(lengths));
        List<Talk> talks = data.talks(top);
        page.bars(
                "Who talks to whom",
                cut(talks.size(), talks.isEmpty() ? 0 : talks.get(0).all(), "messages that name whom they are for"),
                "No message names whom it is for.",
                ONE,
                talks.stream()
                        .map(row -> new Bar(
                                row.from() + " \u2192 " + row.to(), text("%,d", row.messages()), List.of((double)
                                        row.messages())))
                        .toList());
    }

    /** A note that also says if the list is cut. */
    private static String cut(long shown, long all, String note) {
        return shown < all ? Report.ofAll(shown, all) + ", " + note : note;
    }

    /** Failures are red, and nothing else is. */
    private static int colour(TaskStatus status) {
        return switch (status) {
            case PENDING -> BLUE;
            case FAILED -> RED;
            case COMPLETED -> GREEN;
            case CANCELLED -> OCHRE;
            case RUNNING -> VIOLET;
        };
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** If a key has several rows, each names its currency. */
    private static List<Bar> usages(List<ModelUsage<String>> rows) {
        Map<@Nullable String, Integer> times = new HashMap<>();
        rows.forEach(row -> times.merge(row.key(), 1, Integer::sum));
        return rows.stream()
                .map(row -> usage(
                        times.getOrDefault(row.key(), 0) == 1
                                ? ""
                                : row.currency() == null ? ", without cost" : ", " + row.currency(),
                        row))
                .toList();
    }

    private static Bar usage(String which, ModelUsage<String> row) {
        String cost = row.currency() == null
                ? ""
                : text(", %s %s", row.cost().stripTrailingZeros().toPlainString(), row.currency());
        return new Bar(
                row.key() == null ? "(unknown)" : row.key(),
                which,
                text("%,d in, %,d out", row.inputTokens(), row.outputTokens()) + cost,
                List.of((double) row.inputTokens(), (double) row.outputTokens()));
    }

    private static void durations(HtmlPage page, String title, String order, String none, List<Percentiles> rows) {
        page.bars(
                title,
                cut(rows.size(), rows.isEmpty() ? 0 : rows.get(0).all(), order),
                none,
                List.of(new Series("p99", BLUE), new Series("p95", VIOLET), new Series("p50", GREEN)),
                rows.stream()
                        .map(row -> new Bar(
                                row.name(),
                                text("%.2f, %.2f, %.2f s", row.p99(), row.p95(), row.p50()),
                                List.of(row.p99(), row.p95(), row.p50())))
                        .toList());
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
