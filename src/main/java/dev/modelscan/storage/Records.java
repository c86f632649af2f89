package dev.modelscan.storage;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.repository.RecordReader;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.teams.TeamMembership;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.workflows.Workflow;
import org.jooq.Record;

/**
 * Makes the library's records from rows of {@link Repositories#dsl()}:
 * {@code dsl.selectFrom(TASKS).fetch(Records::task)}. A row may have more columns, in any order, such as those of
 * several joined tables: columns are found by table and name. {@code fetchInto(Task.class)} does the same.
 *
 * <p>Each throws {@link IllegalArgumentException}, which names the column, if the row lacks one. Each throws
 * {@link CorruptDatabaseException} if a value is null that the table does not allow to be null, as in a row of an outer
 * join that found nothing.
 *
 * @since 0.1.0
 */
public final class Records {

    private Records() {}

    /** The agent of a row with all columns of {@code AGENTS}. */
    public static Agent agent(Record row) {
        return RecordReader.read(Agent.class, row);
    }

    /** The workflow of a row with all columns of {@code WORKFLOWS}. */
    public static Workflow workflow(Record row) {
        return RecordReader.read(Workflow.class, row);
    }

    /** The task of a row with all columns of {@code TASKS}. */
    public static Task task(Record row) {
        return RecordReader.read(Task.class, row);
    }

    /** The conversation of a row with all columns of {@code CONVERSATIONS}. */
    public static Conversation conversation(Record row) {
        return RecordReader.read(Conversation.class, row);
    }

    /** The blob, without its bytes, of a row with all columns of {@code BLOBS}. */
    public static Blob blob(Record row) {
        return RecordReader.read(Blob.class, row);
    }

    /** The message of a row with all columns of {@code MESSAGES}. */
    public static Message message(Record row) {
        return RecordReader.read(Message.class, row);
    }

    /** The team of a row with all columns of {@code TEAMS}. */
    public static Team team(Record row) {
        return RecordReader.read(Team.class, row);
    }

    /** The tool execution of a row with all columns of {@code TOOL_EXECUTIONS}. */
    public static ToolExecution toolExecution(Record row) {
        return RecordReader.read(ToolExecution.class, row);
    }

    /** The model call of a row with all columns of {@code MODEL_CALLS}. */
    public static ModelCall modelCall(Record row) {
        return RecordReader.read(ModelCall.class, row);
    }

    /** The score of a row with all columns of {@code SCORES}. */
    public static Score score(Record row) {
        return RecordReader.read(Score.class, row);
    }

    /** The source of a row with all columns of {@code SOURCES}. */
    public static Source source(Record row) {
        return RecordReader.read(Source.class, row);
    }

    /** The deleted record of a row with all columns of {@code DELETED_RECORDS}. */
    public static DeletedRecord deletedRecord(Record row) {
        return RecordReader.read(DeletedRecord.class, row);
    }

    /** The member of a row with all columns of {@code AGENTS}, and the role and time of {@code TEAM_MEMBERS}. */
    public static TeamMember teamMember(Record row) {
        return RecordReader.read(TeamMember.class, row);
    }

    /** The membership of a row with all columns of {@code TEAMS}, and the role and time of {@code TEAM_MEMBERS}. */
    public static TeamMembership teamMembership(Record row) {
        return RecordReader.read(TeamMembership.class, row);
    }
}
