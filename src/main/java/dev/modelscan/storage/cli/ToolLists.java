package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record4;
import org.jooq.Result;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Lists the names of tools, with how often each was used. They are no records, so the cursor is the last name. */
final class ToolLists {

    private final Database db;
    private final Lists lists;
    private final ListCommand given;

    ToolLists(Database db, Lists lists, ListCommand given) {
        this.db = db;
        this.lists = lists;
        this.given = given;
    }

    Listing page(PageRequest request) {
        var table = TOOL_EXECUTIONS;
        Field<Integer> successes = count(ToolExecutionStatus.SUCCESS);
        Field<Integer> failures = count(ToolExecutionStatus.FAILED, ToolExecutionStatus.TIMEOUT);
        Result<Record4<String, Integer, Integer, Integer>> rows = db.dsl()
                .select(table.TOOL_NAME, DSL.count(), successes, failures)
                .from(table)
                .where(condition())
                .and(behind(request.after()))
                .groupBy(table.TOOL_NAME)
                .orderBy(given.newest ? table.TOOL_NAME.desc() : table.TOOL_NAME.asc())
                .limit(request.limit() + 1)
                .fetch();
        boolean more = rows.size() > request.limit();
        List<Map<String, @Nullable Object>> shown = rows.stream()
                .limit(request.limit())
                .map(row -> Listing.row(
                        "tool", row.value1(),
                        "executions", row.value2().longValue(),
                        "success", row.value3().longValue(),
                        "failed", row.value4().longValue()))
                .toList();
        return new Listing(
                "tools", shown, more ? cursor(rows.get(request.limit() - 1).value1()) : null);
    }

    private Condition condition() {
        var table = TOOL_EXECUTIONS;
        Condition named = given.name == null ? DSL.noCondition() : table.TOOL_NAME.contains(given.name);
        Condition within = given.workflow == null
                ? DSL.noCondition()
                : table.TASK_ID.in(DSL.select(TASKS.ID).from(TASKS).where(lists.workflow(TASKS.WORKFLOW_ID)));
        return DSL.and(named, within, lists.agent(table.AGENT_ID), lists.made(table.CREATED_AT));
    }

    private Condition behind(@Nullable Cursor cursor) {
        if (cursor == null) {
            return DSL.noCondition();
        }
        String text;
        try {
            text = new String(Base64.getUrlDecoder().decode(cursor.value()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw notGivenOut(e);
        }
        if (!text.startsWith(list())) {
            throw notGivenOut(null);
        }
        String last = text.substring(list().length());
        return given.newest ? TOOL_EXECUTIONS.TOOL_NAME.lt(last) : TOOL_EXECUTIONS.TOOL_NAME.gt(last);
    }

    private String cursor(String last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((list() + last).getBytes(StandardCharsets.UTF_8));
    }

    /** A cursor begins with it, so that one of another list, or of the other order, is refused. */
    private String list() {
        return given.newest ? "tools.backward\0" : "tools\0";
    }

    private static IllegalArgumentException notGivenOut(@Nullable Exception cause) {
        return new IllegalArgumentException("cursor is not one that a page gave out; begin with the first page", cause);
    }

    private static Field<Integer> count(ToolExecutionStatus... statuses) {
        return DSL.count(DSL.when(TOOL_EXECUTIONS.STATUS.in(statuses), 1));
    }
}
