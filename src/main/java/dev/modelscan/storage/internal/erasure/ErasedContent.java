package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.SCORES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.internal.query.OriginNames;
import dev.modelscan.storage.internal.query.PlainSql;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Table;
import org.jooq.TableField;

/** What becomes of the columns of records that stay without their content. Numbers, times, statuses and references stay. */
final class ErasedContent {

    /** What stands for a name that a column must have. */
    static final String ERASED = "erased";

    private static final String NAME = '\'' + ERASED + '\'';
    private static final String NONE = "NULL";
    private static final String EMPTY = "'{}'";

    /** Where a record came from. */
    private static final String ORIGIN =
            OriginNames.ALL.stream().map(column -> set(column, NONE)).collect(Collectors.joining(", "));

    private static final Map<Table<?>, String> SETS = new LinkedHashMap<>();

    static {
        SETS.put(CONVERSATIONS, all(none(CONVERSATIONS.TITLE), ORIGIN));
        SETS.put(
                MESSAGES,
                all(
                        set(MESSAGES.CONTENT, "''"),
                        set(MESSAGES.CONTENT_TYPE, "'text/plain'"),
                        set(MESSAGES.METADATA, EMPTY)));
        SETS.put(
                TASKS,
                all(
                        set(TASKS.TYPE, NAME),
                        set(TASKS.METADATA, EMPTY),
                        none(TASKS.INPUT, TASKS.OUTPUT, TASKS.ERROR),
                        ORIGIN));
        SETS.put(
                TOOL_EXECUTIONS,
                all(
                        set(TOOL_EXECUTIONS.TOOL_NAME, NAME),
                        set(TOOL_EXECUTIONS.METADATA, EMPTY),
                        none(
                                TOOL_EXECUTIONS.INPUT,
                                TOOL_EXECUTIONS.OUTPUT,
                                TOOL_EXECUTIONS.ERROR,
                                TOOL_EXECUTIONS.CALL_ID)));
        SETS.put(
                MODEL_CALLS,
                all(set(MODEL_CALLS.METADATA, EMPTY), none(MODEL_CALLS.SOURCE_FORMAT, MODEL_CALLS.EXTERNAL_ID)));
        SETS.put(SCORES, set(SCORES.METADATA, EMPTY));
    }

    /** The records of an agent that stay; its conversations are those with messages of nobody else. */
    static final Set<Table<?>> TABLES = Collections.unmodifiableSet(SETS.keySet());

    /** The columns that name the agent. */
    static final List<TableField<?, ?>> AGENT = List.of(
            MESSAGES.SENDER_ID, MESSAGES.RECEIVER_ID, TASKS.AGENT_ID, TOOL_EXECUTIONS.AGENT_ID, MODEL_CALLS.AGENT_ID);

    /** Of an execution of somebody else's that the agent answered. */
    static final String ANSWER = all(set(TOOL_EXECUTIONS.OUTPUT, NONE), set(TOOL_EXECUTIONS.ERROR, NONE));

    /** A title is made of what was said. */
    static final String TITLE = set(CONVERSATIONS.TITLE, NONE);

    private ErasedContent() {}

    /** SQL that takes the content out of a row of one of the {@link #TABLES}. */
    static String of(Table<?> table) {
        return Objects.requireNonNull(SETS.get(table));
    }

    /** SQL that sets a column. */
    static String set(TableField<?, ?> column, String value) {
        return set(column.getName(), value);
    }

    private static String set(String column, String value) {
        return PlainSql.quoted(column) + " = " + value;
    }

    private static String none(TableField<?, ?>... columns) {
        return Stream.of(columns).map(column -> set(column, NONE)).collect(Collectors.joining(", "));
    }

    private static String all(String... sets) {
        return String.join(", ", sets);
    }
}
