package dev.modelscan.storage.cli;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.analytics.AgentActivity;
import dev.modelscan.storage.analytics.Analytics;
import dev.modelscan.storage.analytics.ConversationSize;
import dev.modelscan.storage.analytics.ConversationSizes;
import dev.modelscan.storage.analytics.ModelCosts;
import dev.modelscan.storage.analytics.ModelUsage;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.analytics.TaskCount;
import dev.modelscan.storage.analytics.ToolActivity;
import dev.modelscan.storage.analytics.Totals;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The activity of a database's agents.
 *
 * @param tasks tasks by status
 * @param totals how many rows the lists of tools, models and agents would have without a limit
 * @param tools the tools that were used most
 * @param models the models that were called most, and what that cost in each currency
 * @param conversations the distribution of messages over conversations
 * @param largestConversations the conversations with the most messages
 * @param busiestAgents the agents that did the most
 */
record Report(
        List<TaskCount> tasks,
        Totals totals,
        List<ToolActivity> tools,
        List<ModelUsage<String>> models,
        ConversationSizes conversations,
        List<ConversationSize> largestConversations,
        List<AgentActivity> busiestAgents)
        implements Result {

    /** Takes at most {@code top} rows of each list. */
    static Report of(Repositories repositories, Scope scope, int top) {
        Analytics analytics = new Analytics(repositories, scope);
        return new Report(
                analytics.tasksByStatus(),
                analytics.totals(),
                analytics.tools(top).stream().map(Report::timed).toList(),
                new ModelCosts(repositories, scope).byModel(top),
                analytics.conversationSizes(),
                analytics.largestConversations(top),
                analytics.busiestAgents(top));
    }

    /** If a file has no times, a run of a tool starts and ends at the time of its import. So zero means unknown. */
    private static ToolActivity timed(ToolActivity tool) {
        return tool.longest() == null || !tool.longest().isZero()
                ? tool
                : new ToolActivity(tool.toolName(), tool.executions(), tool.successes(), tool.failures(), null, null);
    }

    @Override
    public void print(PrintWriter out) {
        out.println("Tasks by status");
        long mostTasks = tasks.stream().mapToLong(TaskCount::tasks).max().orElse(0);
        TextTable statuses = new TextTable("status", "tasks", "");
        tasks.forEach(row -> statuses.row(row.status().code(), row.tasks(), TextTable.bar(row.tasks(), mostTasks)));
        statuses.print(out);

        out.println();
        printTools(out);
        if (!models.isEmpty()) {
            out.println();
            printModels(out);
        }
        out.println();
        printConversations(out);

        out.println();
        out.println("Agents, the busiest first" + part(busiestAgents.size(), totals.agents()));
        long mostSent = busiestAgents.stream()
                .mapToLong(AgentActivity::messagesSent)
                .max()
                .orElse(0);
        TextTable agents = new TextTable("agent", "messages sent", "tool executions", "tasks", "").whole(0);
        busiestAgents.forEach(row -> agents.row(
                row.name(),
                row.messagesSent(),
                row.toolExecutions(),
                row.tasks(),
                TextTable.bar(row.messagesSent(), mostSent)));
        agents.print(out);
    }

    /** Says that a list is cut. */
    private static String part(long shown, long all) {
        return shown < all ? ": " + ofAll(shown, all) : "";
    }

    /** How much a list that is cut shows. */
    static String ofAll(long shown, long all) {
        return String.format(Locale.ROOT, "%,d of %,d", shown, all);
    }

    private void printTools(PrintWriter out) {
        out.println("Tools, the most used first" + part(tools.size(), totals.tools()));
        long mostUses = tools.stream().mapToLong(ToolActivity::executions).max().orElse(0);
        TextTable uses = new TextTable("tool", "executions", "failed", "failed %", "mean s", "max s", "").whole(0);
        tools.forEach(row -> {
            uses.row(
                    row.toolName(),
                    row.executions(),
                    row.failures(),
                    100 * row.failureRate(),
                    seconds(row.meanSeconds()),
                    seconds(row.longest() == null ? null : row.longest().toMillis() / 1_000.0),
                    TextTable.bar(row.executions(), mostUses));
        });
        uses.print(out);
    }

    private static Object seconds(@Nullable Double seconds) {
        return seconds == null ? "-" : seconds;
    }

    private void printModels(PrintWriter out) {
        boolean repeated = models.stream().map(ModelUsage::key).distinct().count() < models.size();
        out.println("Models, the most called first" + (repeated ? ", a row for each currency" : "")
                + part(models.size(), totals.models()));
        TextTable table = new TextTable("model", "calls", "input tokens", "output tokens", "cost", "currency");
        models.forEach(row -> table.row(
                row.key() == null ? "(unknown)" : row.key(),
                row.calls(),
                row.inputTokens(),
                row.outputTokens(),
                row.currency() == null ? "-" : row.cost(),
                row.currency() == null ? "-" : row.currency()));
        table.print(out);
    }

    private void printConversations(PrintWriter out) {
        out.println("Messages per conversation" + part(largestConversations.size(), conversations.conversations()));
        out.printf(
                Locale.ROOT,
                "  %s in %s: smallest %,d, median %.1f, largest %,d%n",
                Count.of(conversations.messages(), "message"),
                Count.of(conversations.conversations(), "conversation"),
                conversations.smallest(),
                conversations.median(),
                conversations.largest());
        TextTable largest = new TextTable("conversation", "messages", "").whole(0);
        largestConversations.forEach(row -> largest.row(
                row.conversationId().value(), row.messages(), TextTable.bar(row.messages(), conversations.largest())));
        largest.print(out);
    }
}
