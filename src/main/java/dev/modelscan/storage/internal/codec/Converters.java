package dev.modelscan.storage.internal.codec;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import org.jooq.Converter;

/** The converters that {@code codegen.xml} names for the generated columns. */
public final class Converters {

    private Converters() {}

    public static Converter<String, AgentId> agentId() {
        return of(Formats.AGENT_ID);
    }

    public static Converter<String, TeamId> teamId() {
        return of(Formats.TEAM_ID);
    }

    public static Converter<String, WorkflowId> workflowId() {
        return of(Formats.WORKFLOW_ID);
    }

    public static Converter<String, TaskId> taskId() {
        return of(Formats.TASK_ID);
    }

    public static Converter<String, ConversationId> conversationId() {
        return of(Formats.CONVERSATION_ID);
    }

    public static Converter<String, MessageId> messageId() {
        return of(Formats.MESSAGE_ID);
    }

    public static Converter<String, ToolExecutionId> toolExecutionId() {
        return of(Formats.TOOL_EXECUTION_ID);
    }

    public static Converter<String, AgentStatus> agentStatus() {
        return of(Formats.AGENT_STATUS);
    }

    public static Converter<String, WorkflowStatus> workflowStatus() {
        return of(Formats.WORKFLOW_STATUS);
    }

    public static Converter<String, TaskStatus> taskStatus() {
        return of(Formats.TASK_STATUS);
    }

    public static Converter<String, ToolExecutionStatus> toolExecutionStatus() {
        return of(Formats.TOOL_EXECUTION_STATUS);
    }

    public static Converter<String, ContentType> contentType() {
        return of(Formats.CONTENT_TYPE);
    }

    private static <T> Converter<String, T> of(TextFormat<T> format) {
        return Converter.ofNullable(String.class, format.type(), format.decode(), format.encode());
    }
}
