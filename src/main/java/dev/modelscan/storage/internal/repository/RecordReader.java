package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.query.RowMapper;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.teams.TeamMembership;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.workflows.Workflow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.RecordMapperProvider;
import org.jooq.RecordType;
import org.jooq.TableField;
import org.jooq.impl.DefaultRecordMapper;
import org.jooq.impl.TableImpl;

/** Creates the library's records from rows of the caller's queries, with the mappings of the repositories. */
public final class RecordReader {

    private static final Map<Class<?>, Function<Record, ?>> READERS = Map.ofEntries(
            Map.entry(Agent.class, RecordReader::agent),
            Map.entry(Workflow.class, RecordReader::workflow),
            Map.entry(Task.class, RecordReader::task),
            Map.entry(Message.class, RecordReader::message),
            Map.entry(Team.class, RecordReader::team),
            Map.entry(TeamMember.class, RecordReader::teamMember),
            Map.entry(TeamMembership.class, RecordReader::teamMembership),
            Map.entry(ToolExecution.class, RecordReader::toolExecution),
            Map.entry(ModelCall.class, RecordReader::modelCall),
            Map.entry(Score.class, RecordReader::score),
            Map.entry(Source.class, RecordReader::source),
            Map.entry(DeletedRecord.class, RecordReader::deletedRecord));

    /** Makes {@code fetchInto(Task.class)} find columns by name. jOOQ would use their positions. */
    static final RecordMapperProvider MAPPERS = new RecordMapperProvider() {
        @Override
        @SuppressWarnings("unchecked") // Each class is next to its reader.
        public <R extends Record, E> RecordMapper<R, E> provide(RecordType<R> rowType, Class<? extends E> type) {
            Function<Record, ?> reader = READERS.get(type);
            return reader == null
                    ? new DefaultRecordMapper<>(rowType, type)
                    : row -> ((Function<Record, E>) reader).apply(row);
        }
    };

    private RecordReader() {}

    /** The agent in a row. */
    public static Agent agent(Record row) {
        return read("agent", AgentMapping.COLUMNS.all(), row, AgentMapping::map);
    }

    /** The workflow in a row. */
    public static Workflow workflow(Record row) {
        return read("workflow", WorkflowMapping.COLUMNS.all(), row, WorkflowMapping::map);
    }

    /** The task in a row. */
    public static Task task(Record row) {
        return read("task", TaskMapping.COLUMNS.all(), row, TaskMapping::map);
    }

    /** The message in a row. */
    public static Message message(Record row) {
        return read("message", MessageMapping.COLUMNS.all(), row, MessageMapping::map);
    }

    /** The team in a row. */
    public static Team team(Record row) {
        return read("team", TeamMapping.COLUMNS.all(), row, TeamMapping::map);
    }

    /** The tool execution in a row. */
    public static ToolExecution toolExecution(Record row) {
        return read("tool execution", ToolExecutionMapping.COLUMNS.all(), row, ToolExecutionMapping::map);
    }

    /** The model call in a row. */
    public static ModelCall modelCall(Record row) {
        return read("model call", ModelCallMapping.COLUMNS.all(), row, ModelCallMapping::map);
    }

    /** The score in a row. */
    public static Score score(Record row) {
        return read("score", ScoreMapping.COLUMNS.all(), row, ScoreMapping::map);
    }

    /** The source in a row. */
    public static Source source(Record row) {
        return read("source", SourceMapping.COLUMNS.all(), row, SourceMapping::map);
    }

    /** The deleted record in a row. */
    public static DeletedRecord deletedRecord(Record row) {
        return read("deleted record", SqlDeletedRecords.COLUMNS.all(), row, SqlDeletedRecords::map);
    }

    /** The membership and its agent in a row. */
    public static TeamMember teamMember(Record row) {
        requireMembership("team member", row);
        return new TeamMember(agent(row), row.get(TEAM_MEMBERS.ROLE), row.get(TEAM_MEMBERS.JOINED_AT));
    }

    /** The membership and its team in a row. */
    public static TeamMembership teamMembership(Record row) {
        requireMembership("team membership", row);
        return new TeamMembership(team(row), row.get(TEAM_MEMBERS.ROLE), row.get(TEAM_MEMBERS.JOINED_AT));
    }

    private static void requireMembership(String entity, Record row) {
        requireAll(entity, List.of(TEAM_MEMBERS.ROLE, TEAM_MEMBERS.JOINED_AT), row);
    }

    private static <R> R read(String entity, List<Column<R, ?>> columns, Record row, RowMapper<R> mapper) {
        List<TableField<?, ?>> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(column.field()));
        requireAll(entity, fields, row);
        Object[] values = fields.stream().map(field -> (Object) row.get(field)).toArray();
        try {
            return mapper.map(Row.of(values));
        } catch (SQLException e) {
            throw new IllegalStateException("nothing is read from a database here", e);
        }
    }

    private static void requireAll(String entity, List<? extends TableField<?, ?>> fields, Record row) {
        List<String> missing = new ArrayList<>();
        for (TableField<?, ?> field : fields) {
            if (!has(row, field)) {
                missing.add(field.getTable().getName() + "." + field.getName());
            }
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("the row holds no " + entity + ": it lacks " + String.join(", ", missing)
                    + "; select all columns of the table, as in select(TASKS.fields())");
        }
    }

    /**
     * Whether the row has the column of this table. jOOQ also finds a column of another table by its plain
     * name. An alias of the table has the same class.
     */
    private static boolean has(Record row, TableField<?, ?> field) {
        Field<?> found = row.field(field);
        if (found instanceof TableField<?, ?> column && column.getTable() instanceof TableImpl) {
            return column.getTable().getClass() == field.getTable().getClass();
        }
        return found != null;
    }
}
