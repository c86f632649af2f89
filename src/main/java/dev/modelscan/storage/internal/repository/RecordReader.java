package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.query.RowMapper;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.teams.TeamMembership;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.RecordMapperProvider;
import org.jooq.RecordType;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultRecordMapper;
import org.jooq.impl.TableImpl;

/** Creates the library's records from rows of the caller's queries, with the mappings of the repositories. */
public final class RecordReader {

    private static final Map<Class<?>, Function<Record, ?>> READERS = readers();

    /** Makes {@code fetchInto(Task.class)} find columns by name. jOOQ would use their positions. */
    private static final RecordMapperProvider MAPPERS = new RecordMapperProvider() {
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

    /** The same, with {@code fetchInto} for the library's records. */
    public static DSLContext over(DSLContext dsl) {
        return DSL.using(dsl.configuration().derive(MAPPERS));
    }

    private static Map<Class<?>, Function<Record, ?>> readers() {
        Map<Class<?>, Function<Record, ?>> readers = new HashMap<>();
        Entities.ALL.forEach(entity -> readers.put(entity.record(), row -> read(entity, row)));
        readers.put(TeamMember.class, RecordReader::teamMember);
        readers.put(TeamMembership.class, RecordReader::teamMembership);
        readers.put(
                Conversation.class,
                row -> read(
                        "conversation", SqlConversationRepository.COLUMNS.all(), row, SqlConversationRepository::map));
        readers.put(Blob.class, row -> read("blob", SqlBlobRepository.COLUMNS.all(), row, SqlBlobRepository::map));
        readers.put(
                DeletedRecord.class,
                row -> read("deleted record", SqlDeletedRecords.COLUMNS.all(), row, SqlDeletedRecords::map));
        return readers;
    }

    /** The record of one of the library's types in a row. */
    public static <R> R read(Class<R> type, Record row) {
        return type.cast(Objects.requireNonNull(READERS.get(type)).apply(row));
    }

    /** The membership and its agent in a row. */
    private static TeamMember teamMember(Record row) {
        requireMembership("team member", row);
        return new TeamMember(read(Agent.class, row), row.get(TEAM_MEMBERS.ROLE), row.get(TEAM_MEMBERS.JOINED_AT));
    }

    /** The membership and its team in a row. */
    private static TeamMembership teamMembership(Record row) {
        requireMembership("team membership", row);
        return new TeamMembership(read(Team.class, row), row.get(TEAM_MEMBERS.ROLE), row.get(TEAM_MEMBERS.JOINED_AT));
    }

    private static void requireMembership(String entity, Record row) {
        requireAll(entity, List.of(TEAM_MEMBERS.ROLE, TEAM_MEMBERS.JOINED_AT), row);
    }

    private static <R> R read(Entity<R> entity, Record row) {
        Columns<R> columns = entity.columns().get();
        return read(columns.owner(), columns.all(), row, entity.mapper());
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
