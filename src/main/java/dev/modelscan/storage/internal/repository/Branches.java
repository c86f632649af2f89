package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.conversations.ConversationContext;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.OpenToolCallException;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.schema.tables.Messages;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Forks and compacts conversations. */
final class Branches {

    /** Somebody who writes faster than a context is read would otherwise keep its reader for ever. */
    private static final int MOST_READS = 100;

    private static final Parameter<ConversationId> CONVERSATION = MessageColumns.CONVERSATION_ID.parameter();
    private static final Parameter<Long> NUMBER = Parameter.of("number", Codec.LONG, () -> COMPACTIONS.SEQUENCE_NUMBER);
    private static final Parameter<Long> END = Parameter.of("end", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER);
    private static final Parameter<String> SUMMARY = Parameter.of("summary", Codec.TEXT, () -> COMPACTIONS.SUMMARY);
    private static final Parameter<Instant> NOW = Parameter.of("now", Codec.TIME, () -> COMPACTIONS.CREATED_AT);

    /** The messages that none follows. */
    private static final PagedQuery<Message> LAST_OF_BRANCHES = new PagedQuery<>(
            "message.branches",
            new PagedQuery.Rows<>(() -> MESSAGES, MessageColumns.COLUMNS, MessageColumns::map),
            () -> {
                Messages child = MESSAGES.as("child");
                Messages branch = MESSAGES.as("branch");
                Messages newest = MESSAGES.as("newest");
                return MESSAGES.CONVERSATION_ID
                        .eq(CONVERSATION.param())
                        // The message before each that begins a range, and the newest one, end a range.
                        .and(MESSAGES.SEQUENCE_NUMBER.in(DSL.select(numberBefore(branch.SEQUENCE_NUMBER))
                                .from(branch)
                                .where(branch.CONVERSATION_ID.eq(CONVERSATION.param()))
                                .and(branch.PARENT_ID.isNotNull())
                                .unionAll(DSL.select(DSL.max(newest.SEQUENCE_NUMBER))
                                        .from(newest)
                                        .where(newest.CONVERSATION_ID.eq(CONVERSATION.param())))))
                        .andNotExists(DSL.selectOne()
                                .from(child)
                                .where(child.PARENT_ID.eq(MESSAGES.ID))
                                .and(child.ID.ne(MESSAGES.ID)));
            },
            List.of(PagedQuery.ascending(MessageColumns.SEQUENCE_NUMBER)));

    private record Compaction(long number, String summary) {}

    /** What a context was read of: the number of the head, and that of the last message that the summary stands for. */
    private record Version(@Nullable Long head, @Nullable Long compaction) {}

    private record Read(
            ConversationContext context, @Nullable Long compaction) {}

    private static final CompiledQuery<Void> COMPACT =
            CompiledQuery.command("conversation.compact", () -> DSL.insertInto(
                            COMPACTIONS,
                            COMPACTIONS.CONVERSATION_ID,
                            COMPACTIONS.SEQUENCE_NUMBER,
                            COMPACTIONS.SUMMARY,
                            COMPACTIONS.CREATED_AT)
                    .values(CONVERSATION.param(), NUMBER.param(), SUMMARY.param(), NOW.param())
                    .onConflict(COMPACTIONS.CONVERSATION_ID, COMPACTIONS.SEQUENCE_NUMBER)
                    .doUpdate()
                    .set(COMPACTIONS.SUMMARY, SUMMARY.param())
                    .set(COMPACTIONS.CREATED_AT, NOW.param()));

    private static final CompiledQuery<Compaction> LAST_COMPACTION = CompiledQuery.rows(
            "conversation.lastCompaction",
            row -> new Compaction(row.get(Codec.LONG, 2), row.get(Codec.TEXT, 3)),
            () -> DSL.select(COMPACTIONS.CONVERSATION_ID, COMPACTIONS.SEQUENCE_NUMBER, COMPACTIONS.SUMMARY)
                    .from(COMPACTIONS)
                    .where(COMPACTIONS.CONVERSATION_ID.eq(CONVERSATION.param()))
                    .and(COMPACTIONS.SEQUENCE_NUMBER.lt(NUMBER.param()))
                    .and(Paths.isOnPath(COMPACTIONS.SEQUENCE_NUMBER))
                    .orderBy(COMPACTIONS.SEQUENCE_NUMBER.desc())
                    .limit(DSL.inline(1)));

    private static final CompiledQuery<Version> VERSION = CompiledQuery.rows(
            "conversation.version",
            row -> new Version(row.find(Codec.LONG, 1), row.find(Codec.LONG, 2)),
            () -> DSL.select(MESSAGES.SEQUENCE_NUMBER, COMPACTIONS.SEQUENCE_NUMBER)
                    .from(CONVERSATIONS)
                    .leftJoin(MESSAGES)
                    .on(MESSAGES.ID.eq(CONVERSATIONS.HEAD_ID))
                    .leftJoin(COMPACTIONS)
                    .on(COMPACTIONS.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                    .and(COMPACTIONS.SEQUENCE_NUMBER.eq(NUMBER.param()))
                    .where(CONVERSATIONS.ID.eq(CONVERSATION.param())));

    private Branches() {}

    private static Field<Long> numberBefore(Field<Long> number) {
        Messages before = MESSAGES.as("earlier");
        return DSL.field(DSL.select(DSL.max(before.SEQUENCE_NUMBER))
                .from(before)
                .where(before.CONVERSATION_ID.eq(CONVERSATION.param()))
                .and(before.SEQUENCE_NUMBER.lt(number)));
    }

    /** Makes a message the last one of the path. Returns the message that is. */
    static Message fork(Session session, ConversationId id, MessageId at, InsideToolCall inside) throws SQLException {
        ConversationLock.Held held = ConversationLock.hold(session, id);
        Message last = cut(session, id, at, inside);
        boolean isUnbranched = held == null || held.head() == null;
        boolean newestOfUnbranched =
                isUnbranched && Objects.equals(Paths.newestNumber(session, id), last.sequenceNumber());
        if (!newestOfUnbranched) {
            Placement.setHead(session, id, last.id());
        }
        return last;
    }

    /** Notes a summary for the path up to a message. Returns the last message that it stands for. */
    static Message compact(
            Session session, ConversationId id, MessageId upTo, InsideToolCall inside, String summary, Instant now)
            throws SQLException {
        ConversationLock.hold(session, id);
        Message last = cut(session, id, upTo, inside);
        session.query(COMPACT)
                .set(CONVERSATION, id)
                .set(NUMBER, last.sequenceNumber())
                .set(SUMMARY, summary)
                .set(NOW, now)
                .update();
        return last;
    }

    /** The message after which a path may be cut: the given one, or one before the calls that are open there. */
    static Message cut(Session session, ConversationId id, MessageId at, InsideToolCall inside) throws SQLException {
        Message last = message(session, id, at);
        Long open = OpenCalls.first(session, id, last.sequenceNumber());
        if (open == null) {
            return last;
        }
        Message call = atNumber(session, id, open);
        MessageId before = inside == InsideToolCall.REFUSE ? null : BranchDeletion.before(session, call);
        if (before == null) {
            throw new OpenToolCallException(at.value(), call.id().value());
        }
        Message moved = message(session, id, before);
        if (OpenCalls.first(session, id, moved.sequenceNumber()) == null) {
            return moved;
        }
        OverlappingCalls.Place place = OverlappingCalls.before(session, id, last.sequenceNumber(), open);
        if (place.number() == null) {
            Message first = atNumber(session, id, place.call());
            throw new OpenToolCallException(at.value(), first.id().value());
        }
        return atNumber(session, id, place.number());
    }

    private static Message message(Session session, ConversationId id, MessageId at) throws SQLException {
        Message message = session.query(MessageColumns.MAPPING.byId)
                .set(MessageColumns.ID.parameter(), at)
                .first();
        if (message == null) {
            throw new NotFoundException("message", at.value());
        }
        if (!message.conversationId().equals(id)) {
            throw new InvalidDataException(
                    "message", at.value(), "conversationId", "is " + message.conversationId() + ", not " + id);
        }
        return message;
    }

    /** The message with a number that is known to exist. */
    private static Message atNumber(Session session, ConversationId id, long number) throws SQLException {
        return Paths.newestAfter(session, id, number - 1, number, 1).get(0);
    }

    static Page<Message> list(Session session, ConversationId id, PageRequest request) throws SQLException {
        return LAST_OF_BRANCHES.fetch(session, request, execution -> execution.set(CONVERSATION, id));
    }

    /**
     * The summary that holds for the path to the head, and up to {@code limit} messages after it. What was read of two
     * paths, because the head moved meanwhile, or of two tails, is read again: inside a transaction too, a statement of
     * PostgreSQL sees what was committed before it.
     */
    static ConversationContext context(Session session, ConversationId id, int limit) throws SQLException {
        Long head = Paths.headNumber(session, id);
        for (int reads = 0; reads < MOST_READS; reads++) {
            Read read = read(session, id, head, limit);
            Version now = version(session, id, read.compaction());
            if (now.equals(new Version(head, read.compaction()))) {
                return read.context();
            }
            head = now.head();
        }
        throw new BusyException(
                "conversation " + id + " got a new head, or lost its summary, during each of " + MOST_READS
                        + " reads of its context; try again",
                null);
    }

    /** The compaction is null if it is gone. */
    private static Version version(Session session, ConversationId id, @Nullable Long compaction) throws SQLException {
        Version version = session.query(VERSION)
                .set(CONVERSATION, id)
                .set(NUMBER, compaction)
                .first();
        return version == null ? new Version(null, null) : version;
    }

    /** A summary is passed over if a call that it stands for was answered only after it. */
    private static Read read(Session session, ConversationId id, @Nullable Long head, int limit) throws SQLException {
        long end = head == null ? Long.MAX_VALUE : head;
        long before = Long.MAX_VALUE;
        while (true) {
            Compaction compaction = session.query(LAST_COMPACTION)
                    .set(CONVERSATION, id)
                    .set(NUMBER, before)
                    .set(END, end)
                    .first();
            long after = compaction == null ? 0 : compaction.number();
            List<Message> messages = Paths.newestAfter(session, id, after, end, limit + 1);
            boolean complete = messages.size() <= limit;
            if (complete && (compaction == null || messages.isEmpty())) {
                return read(compaction, messages, true);
            }
            long from = complete ? after : messages.get(0).sequenceNumber();
            long behind = OpenCalls.behindAnswers(session, id, from, end);
            if (!complete || behind == from) {
                return read(
                        compaction,
                        messages.stream()
                                .filter(message -> message.sequenceNumber() > behind)
                                .toList(),
                        complete);
            }
            before = after;
        }
    }

    private static Read read(@Nullable Compaction compaction, List<Message> messages, boolean complete) {
        return compaction == null
                ? new Read(new ConversationContext(null, messages, complete), null)
                : new Read(new ConversationContext(compaction.summary(), messages, complete), compaction.number());
    }
}
