package dev.modelscan.storage.cli;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.analytics.AgentActivity;
import dev.modelscan.storage.analytics.Analytics;
import dev.modelscan.storage.analytics.ConversationSize;
import dev.modelscan.storage.analytics.ConversationSizes;
import dev.modelscan.storage.analytics.TaskCount;
import dev.modelscan.storage.tools.ToolFailures;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * The activity of a database's agents.
 *
 * @param tasks tasks by status
 * @param tools the tools that were used most
 * @param conversations the distribution of messages over conversations
 * @param largestConversations the conversations with the most messages
 * @param busiestAgents the agents that did the most
 */
record Report(
        List<TaskCount> tasks,
        List<ToolFailures> tools,
        ConversationSizes conversations,
        List<ConversationSize> largestConversations,
        List<AgentActivity> busiestAgents)
        implements Result {

    /** Takes at most {@code top} rows of each list. */
    static Report of(Repositories repositories, int top) {
        Analytics analytics = new Analytics(repositories);
        return new Report(
                analytics.tasksByStatus(),
                repositories.toolExecutions().listFailures(top),
                analytics.conversationSizes(),
                analytics.largestConversations(top),
                analytics.busiestAgents(top));
    }

    @Override
    public void print(PrintWriter out) {
        out.println("Tasks by status");
        long mostTasks = tasks.stream().mapToLong(TaskCount::tasks).max().orElse(0);
        TextTable statuses = new TextTable("status", "tasks", "");
        tasks.forEach(row -> statuses.row(row.status().code(), row.tasks(), TextTable.bar(row.tasks(), mostTasks)));
        statuses.print(out);

        out.println();
        out.println("Tools, the most used first");
        long mostUses = tools.stream().mapToLong(ToolFailures::executions).max().orElse(0);
        TextTable uses = new TextTable("tool", "executions", "success", "failed", "failed %", "");
        tools.forEach(row -> uses.row(
                row.toolName(),
                row.executions(),
                row.successes(),
                row.failures(),
                100 * row.failureRate(),
                TextTable.bar(row.executions(), mostUses)));
        uses.print(out);

        out.println();
        printConversations(out);

        out.println();
        out.println("Agents, the busiest first");
        long mostSent = busiestAgents.stream()
                .mapToLong(AgentActivity::messagesSent)
                .max()
                .orElse(0);
        TextTable agents = new TextTable("agent", "messages sent", "tool executions", "tasks", "");
        busiestAgents.forEach(row -> agents.row(
                row.name(),
                row.messagesSent(),
                row.toolExecutions(),
                row.tasks(),
                TextTable.bar(row.messagesSent(), mostSent)));
        agents.print(out);
    }

    private void printConversations(PrintWriter out) {
        out.println("Messages per conversation");
        out.printf(
                Locale.ROOT,
                "  %,d messages in %,d conversations: smallest %,d, median %.1f, largest %,d%n",
                conversations.messages(),
                conversations.conversations(),
                conversations.smallest(),
                conversations.median(),
                conversations.largest());
        TextTable largest = new TextTable("conversation", "messages", "");
        largestConversations.forEach(row -> largest.row(
                row.conversationId().value(), row.messages(), TextTable.bar(row.messages(), conversations.largest())));
        largest.print(out);
    }
}
