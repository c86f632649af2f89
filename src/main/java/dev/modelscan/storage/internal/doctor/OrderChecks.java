package dev.modelscan.storage.internal.doctor;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.dsl.TimeExpressions;
import dev.modelscan.storage.schema.tables.Tasks;
import dev.modelscan.storage.tasks.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.CommonTableExpression;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record2;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Whether records follow each other as they should. Each check is one query. */
final class OrderChecks {

    private static final Name ABOVE = DSL.name("above");
    private static final Field<TaskId> ABOVE_ID = DSL.field(ABOVE.append("id"), TASKS.ID.getDataType());
    private static final Field<TaskId> ABOVE_PARENT = DSL.field(ABOVE.append("parent"), TASKS.PARENT_ID.getDataType());

    private OrderChecks() {}

    /** The tasks that are parents of themselves, by way of others, in order of ids. */
    static List<String> tasksInCircles(DSLContext dsl) {
        Map<String, String> parents = new HashMap<>();
        dsl.withRecursive(aboveOlderOnes())
                .select(ABOVE_ID, ABOVE_PARENT)
                .from(DSL.table(ABOVE))
                .forEach(row -> parents.put(row.value1().value(), row.value2().value()));
        Set<String> seen = new HashSet<>();
        List<String> circles = new ArrayList<>();
        for (String begin : parents.keySet()) {
            Set<String> walk = new HashSet<>();
            String at = begin;
            while (at != null && seen.add(at)) {
                walk.add(at);
                at = parents.get(at);
            }
            // The walk has come back to itself, and not to an earlier one.
            for (; at != null && walk.remove(at); at = parents.get(at)) {
                circles.add(at);
            }
        }
        return circles.stream().sorted().toList();
    }

    /**
     * In a circle some task is not younger than its parent; of two that were made at the same time the one with the lower id is
     * the older. Those are few, and with all that are above them they hold each circle: so a tree of a million tasks is read once,
     * and none of it is kept.
     */
    private static CommonTableExpression<Record2<TaskId, TaskId>> aboveOlderOnes() {
        Tasks parent = TASKS.as("parent_task");
        Tasks next = TASKS.as("next_task");
        return ABOVE.fields("id", "parent")
                .as(DSL.select(TASKS.ID, TASKS.PARENT_ID)
                        .from(TASKS)
                        .join(parent)
                        .on(parent.ID.eq(TASKS.PARENT_ID))
                        .where(parent.CREATED_AT
                                .gt(TASKS.CREATED_AT)
                                .or(parent.CREATED_AT.eq(TASKS.CREATED_AT).and(parent.ID.ge(TASKS.ID))))
                        .union(DSL.select(next.ID, next.PARENT_ID)
                                .from(DSL.table(ABOVE))
                                .join(next)
                                .on(next.ID.eq(ABOVE_PARENT))
                                .where(next.PARENT_ID.isNotNull())));
    }

    /** The conversations that have branches, and no head that says which one goes on; at most so many. */
    static List<String> conversationsWithoutHead(DSLContext dsl, int most) {
        return dsl.select(CONVERSATIONS.ID)
                .from(CONVERSATIONS)
                .where(CONVERSATIONS.HEAD_ID.isNull())
                .and(CONVERSATIONS.ID.in(
                        DSL.select(MESSAGES.CONVERSATION_ID).from(MESSAGES).where(MESSAGES.PARENT_ID.isNotNull())))
                .orderBy(CONVERSATIONS.ID)
                .limit(most)
                .fetch(row -> row.value1().value());
    }

    /** The conversations that lack a number between others; at most so many. */
    static List<String> conversationsWithGaps(DSLContext dsl, int most) {
        Field<Long> gap = DSL.max(MESSAGES.SEQUENCE_NUMBER)
                .minus(DSL.min(MESSAGES.SEQUENCE_NUMBER))
                .plus(1L)
                .minus(DSL.count().cast(SQLDataType.BIGINT));
        return dsl.select(MESSAGES.CONVERSATION_ID)
                .from(MESSAGES)
                .groupBy(MESSAGES.CONVERSATION_ID)
                .having(gap.gt(0L))
                .orderBy(MESSAGES.CONVERSATION_ID)
                .limit(most)
                .fetch(row -> row.value1().value());
    }

    /** The conversations in which a message is older than the one before it, by more than that; at most so many. */
    static List<String> conversationsThatGoBack(DSLContext dsl, Duration tolerance, int most) {
        Name name = DSL.name("followed");
        Field<ConversationId> conversation =
                DSL.field(name.append("conversation_id"), MESSAGES.CONVERSATION_ID.getDataType());
        Field<Instant> at = DSL.field(name.append("created_at"), MESSAGES.CREATED_AT.getDataType());
        Field<Instant> before = DSL.field(name.append("before"), MESSAGES.CREATED_AT.getDataType());
        Field<MessageId> parent = DSL.field(name.append("parent_id"), MESSAGES.PARENT_ID.getDataType());
        var followed = DSL.select(
                        MESSAGES.CONVERSATION_ID,
                        MESSAGES.CREATED_AT,
                        MESSAGES.PARENT_ID,
                        DSL.lag(MESSAGES.CREATED_AT)
                                .over(DSL.partitionBy(MESSAGES.CONVERSATION_ID).orderBy(MESSAGES.SEQUENCE_NUMBER))
                                .as("before"))
                .from(MESSAGES)
                .asTable(name);
        // One with a parent follows that, and not the one before it.
        return dsl.selectDistinct(conversation)
                .from(followed)
                .where(at.lt(before))
                .and(parent.isNull())
                .and(TimeExpressions.between(at, before).gt(tolerance))
                .orderBy(conversation)
                .limit(most)
                .fetch(row -> row.value1().value());
    }
}
