package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.schema.tables.Messages;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages on a path of a conversation.
 *
 * <p>A message without a parent follows the one before it by number. So a path is a few ranges of numbers: the
 * range that ends with the path's last message begins with the last message that has a parent; the next range
 * ends with that parent, and so on. A conversation has a head if and only if it has branches. One without is
 * read with one statement, in the order of its numbers; the join that looks for the head costs less than 1 %
 * of a page of 100. One with branches takes one more, which finds the head too: by its number alone, a path whose
 * last message was deleted meanwhile would end on another branch.
 */
final class Paths {

    /** The number of the path's last message. */
    private static final Parameter<Long> END = Parameter.of("end", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);

    private static final Parameter<Long> AFTER = Parameter.of("after", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);

    /** The path's last message. */
    private static final Parameter<MessageId> LAST = Parameter.of("last", Codec.id(MessageId::new), () -> MESSAGES.ID);

    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();

    private static final PagedQuery<Message> UNBRANCHED = unbranched("", Direction.FORWARD);
    private static final PagedQuery<Message> UNBRANCHED_BACKWARD = unbranched("Backward", Direction.BACKWARD);
    private static final PagedQuery<Message> PATH = path("path", "", Direction.FORWARD, Paths::toHead);
    private static final PagedQuery<Message> PATH_BACKWARD =
            path("path", "Backward", Direction.BACKWARD, Paths::toHead);
    private static final PagedQuery<Message> BRANCH = path("branch", "", Direction.FORWARD, Paths::toLast);
    private static final PagedQuery<Message> BRANCH_BACKWARD =
            path("branch", "Backward", Direction.BACKWARD, Paths::toLast);

    /** The newest messages of a path after a number, the newest first. */
    private static final CompiledQuery<Message> NEWEST_AFTER = CompiledQuery.rows(
            "message.newestAfter", MessageColumns::map, () -> DSL.select(MessageColumns.COLUMNS.fields())
                    .from(MESSAGES)
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(MESSAGES.SEQUENCE_NUMBER.gt(AFTER.param()))
                    .and(isOnPath(MESSAGES.SEQUENCE_NUMBER))
                    .orderBy(MESSAGES.SEQUENCE_NUMBER.desc())
                    .limit(Mapping.LIMIT.param()));

    private static final CompiledQuery<Long> NEWEST_NUMBER = CompiledQuery.rows(
            "message.newestNumber", row -> row.get(Codec.LONG, 1), () -> DSL.select(MESSAGES.SEQUENCE_NUMBER)
                    .from(MESSAGES)
                    .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .orderBy(MESSAGES.SEQUENCE_NUMBER.desc())
                    .limit(DSL.inline(1)));

    private static final CompiledQuery<Long> HEAD_NUMBER = CompiledQuery.rows(
            "message.headNumber", row -> row.get(Codec.LONG, 1), () -> DSL.select(MESSAGES.SEQUENCE_NUMBER)
                    .from(CONVERSATIONS)
                    .join(MESSAGES)
                    .on(MESSAGES.ID.eq(CONVERSATIONS.HEAD_ID))
                    .where(CONVERSATIONS.ID.eq(CONVERSATION.param())));

    private Paths() {}

    private static PagedQuery<Message> unbranched(String name, Direction direction) {
        return new PagedQuery<>(
                "message.byConversation" + name,
                new PagedQuery.Rows<>(
                        () -> CONVERSATIONS.join(MESSAGES).on(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID)),
                        MessageColumns.WITHOUT_PARENT,
                        MessageColumns::mapWithoutParent),
                () -> CONVERSATIONS.ID.eq(CONVERSATION.param()).and(CONVERSATIONS.HEAD_ID.isNull()),
                order(direction));
    }

    /** Takes the cursors of {@link #unbranched}: a list may go on when its conversation has become a tree. */
    private static PagedQuery<Message> path(
            String key, String name, Direction direction, Supplier<Select<Record2<Long, Long>>> newest) {
        return new PagedQuery<>(
                "message.byConversation" + name,
                "message." + key + name,
                new PagedQuery.Rows<>(() -> MESSAGES, MessageColumns.COLUMNS, MessageColumns::map),
                () -> MESSAGES.CONVERSATION_ID
                        .eq(CONVERSATION.param())
                        .and(isOnPath(MESSAGES.SEQUENCE_NUMBER, newest.get())),
                order(direction));
    }

    private static List<PagedQuery.Key<Message>> order(Direction direction) {
        return List.of(
                direction == Direction.FORWARD
                        ? PagedQuery.ascending(MessageColumns.SEQUENCE_NUMBER)
                        : PagedQuery.descending(MessageColumns.SEQUENCE_NUMBER));
    }

    /** Whether a number of the conversation is on the path that ends with {@link #END}. */
    static Condition isOnPath(Field<Long> number) {
        // The cast tells PostgreSQL the type of the column, which a parameter of a recursive query does not.
        return isOnPath(number, DSL.select(DSL.cast(END.param(), SQLDataType.BIGINT), beginning(END.param())));
    }

    /** The last range of the path to the conversation's head. */
    private static Select<Record2<Long, Long>> toHead() {
        Messages head = MESSAGES.as("head");
        return DSL.select(head.SEQUENCE_NUMBER, beginning(head.SEQUENCE_NUMBER))
                .from(CONVERSATIONS)
                .join(head)
                .on(head.ID.eq(CONVERSATIONS.HEAD_ID))
                .where(CONVERSATIONS.ID.eq(CONVERSATION.param()));
    }

    /** The last range of the path to {@link #LAST}. */
    private static Select<Record2<Long, Long>> toLast() {
        Messages head = MESSAGES.as("head");
        return DSL.select(head.SEQUENCE_NUMBER, beginning(head.SEQUENCE_NUMBER))
                .from(head)
                .where(head.ID.eq(LAST.param()))
                .and(head.CONVERSATION_ID.eq(CONVERSATION.param()));
    }

    /**
     * Whether a number of the conversation is in one of the ranges of a path. The ranges are materialized, because
     * SQLite would otherwise find them again for each row: 1.9 s instead of 23 ms for a page of a conversation with
     * 1,000 forks.
     *
     * @param newest the last range
     */
    private static Condition isOnPath(Field<Long> number, Select<Record2<Long, Long>> newest) {
        // Plain text, because jOOQ would read the names as a table of the schema.
        Field<Long> first = DSL.field("path.first_number", SQLDataType.BIGINT);
        Field<Long> last = DSL.field("path.last_number", SQLDataType.BIGINT);
        Messages begin = MESSAGES.as("beginning");
        Messages parent = MESSAGES.as("parent");
        // Cross joins, because SQLite keeps their order: each step has one range, and finds one message for it.
        Select<Record2<Long, Long>> before = DSL.select(parent.SEQUENCE_NUMBER, beginning(parent.SEQUENCE_NUMBER))
                .from("path")
                .crossJoin(begin)
                .crossJoin(parent)
                .where(begin.CONVERSATION_ID.eq(CONVERSATION.param()))
                .and(begin.SEQUENCE_NUMBER.eq(first))
                .and(parent.ID.eq(begin.PARENT_ID))
                .and(parent.CONVERSATION_ID.eq(CONVERSATION.param()))
                // Ends with a message that is its own parent, whatever else other programs stored.
                .and(parent.SEQUENCE_NUMBER.lt(begin.SEQUENCE_NUMBER));
        CommonTableExpression<Record2<Long, Long>> path =
                DSL.name("path").fields("last_number", "first_number").asMaterialized(newest.unionAll(before));
        return DSL.exists(DSL.withRecursive(path)
                .select(DSL.inline(1))
                .from(path)
                .where(number.between(DSL.coalesce(first, DSL.inline(0L)), last)));
    }

    /** The first number of the range that ends with a number; null if the range begins with the conversation. */
    private static Field<Long> beginning(Field<Long> end) {
        Messages branch = MESSAGES.as("branch");
        SelectConditionStep<Record1<Long>> select = DSL.select(DSL.max(branch.SEQUENCE_NUMBER))
                .from(branch)
                .where(branch.CONVERSATION_ID.eq(CONVERSATION.param()))
                .and(branch.PARENT_ID.isNotNull())
                .and(branch.SEQUENCE_NUMBER.le(end));
        return DSL.field(select);
    }

    /** The number of the head; null if the conversation has no branches, or does not exist. */
    static @Nullable Long headNumber(Session session, ConversationId id) throws SQLException {
        return session.query(HEAD_NUMBER).set(CONVERSATION, id).first();
    }

    /** The number of the newest message, on whatever branch; null if there is none. */
    static @Nullable Long newestNumber(Session session, ConversationId id) throws SQLException {
        return session.query(NEWEST_NUMBER).set(CONVERSATION, id).first();
    }

    /** A page of the path to a conversation's head. */
    static Page<Message> page(Session session, ConversationId id, Direction direction, PageRequest request)
            throws SQLException {
        PagedQuery.Filter filter = execution -> execution.set(CONVERSATION, id);
        boolean forward = direction == Direction.FORWARD;
        Page<Message> page = forward
                ? UNBRANCHED.fetch(session, request, filter)
                : UNBRANCHED_BACKWARD.fetchReversed(session, request, filter);
        if (!page.items().isEmpty()) {
            return page;
        }
        return forward ? PATH.fetch(session, request, filter) : PATH_BACKWARD.fetchReversed(session, request, filter);
    }

    /** A page of the path to a message; empty if that is not in the conversation. */
    static Page<Message> page(
            Session session, ConversationId id, MessageId last, Direction direction, PageRequest request)
            throws SQLException {
        PagedQuery.Filter filter = execution -> execution.set(CONVERSATION, id).set(LAST, last);
        return direction == Direction.FORWARD
                ? BRANCH.fetch(session, request, filter)
                : BRANCH_BACKWARD.fetchReversed(session, request, filter);
    }

    /** The newest messages of the path to a conversation's head, the oldest of them first. */
    static List<Message> latest(Session session, ConversationId id, int limit) throws SQLException {
        PagedQuery.Filter filter = execution -> execution.set(CONVERSATION, id);
        List<Message> latest = UNBRANCHED_BACKWARD.last(session, limit, filter);
        return latest.isEmpty() ? PATH_BACKWARD.last(session, limit, filter) : latest;
    }

    /** The newest messages after a number on the path to another number, the oldest of them first. */
    static List<Message> newestAfter(Session session, ConversationId id, long after, long end, int limit)
            throws SQLException {
        List<Message> newest = new ArrayList<>(session.query(NEWEST_AFTER)
                .set(CONVERSATION, id)
                .set(AFTER, after)
                .set(END, end)
                .set(Mapping.LIMIT, limit)
                .list());
        Collections.reverse(newest);
        return newest;
    }
}
