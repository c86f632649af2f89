package dev.modelscan.storage.retention;

import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.schema.tables.Messages;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Record4;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Which conversations go, and up to which message, so that no call is separated from its answer. */
final class Conversations {

    static final int PAGE = 200;

    /** A conversation costs as much as so many of its messages: to check that it may go takes several statements. */
    static final int WEIGHT = 10;

    /** The order in which conversations are locked everywhere, so that no two transactions wait for each other. */
    static final Comparator<ConversationId> LOCK_ORDER = Comparator.comparing(ConversationId::value);

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

    private Conversations() {}

    /** The time so long ago, or the first that can be stored: nothing is older. */
    static Instant ago(Instant now, Duration age) {
        return age.compareTo(Duration.between(FIRST, now)) > 0 ? FIRST : now.minus(age);
    }

    /**
     * A conversation as it was when it was listed.
     *
     * @param lastNumber the number of the last message that it had been given
     * @param head the last message of its path; null if it has no branches
     * @param compacted when it was compacted last; null if it never was
     */
    record Listed(
            ConversationId id,
            long lastNumber,
            @Nullable MessageId head,
            @Nullable Instant compacted) {

        static Listed of(Record4<ConversationId, Long, MessageId, Instant> row) {
            return new Listed(row.value1(), row.value2(), row.value3(), row.value4());
        }

        boolean isBranched() {
            return head != null;
        }
    }

    /**
     * Conversations whose messages are all older than that, or that are older themselves if they have none; after an
     * id, in order of ids.
     */
    static List<Listed> endedBefore(DSLContext dsl, Instant time, @Nullable ConversationId after) {
        return dsl.select(CONVERSATIONS.ID, CONVERSATIONS.LAST_SEQUENCE_NUMBER, CONVERSATIONS.HEAD_ID, compacted())
                .from(CONVERSATIONS)
                .where(hasEndedBefore(time))
                .and(after == null ? DSL.noCondition() : CONVERSATIONS.ID.gt(after))
                .orderBy(CONVERSATIONS.ID)
                .limit(PAGE)
                .fetch(Listed::of);
    }

    private static Condition hasEndedBefore(Instant time) {
        Messages newest = MESSAGES.as("newest");
        Messages any = MESSAGES.as("any_message");
        return CONVERSATIONS
                .CREATED_AT
                .lt(time)
                .or(DSL.exists(DSL.selectOne().from(any).where(any.CONVERSATION_ID.eq(CONVERSATIONS.ID))))
                .and(DSL.notExists(DSL.selectOne()
                        .from(newest)
                        .where(newest.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                        .and(newest.CREATED_AT.ge(time))));
    }

    /** How many conversations, and how many messages they have. */
    record Count(long conversations, long messages) {}

    /** What {@link #endedBefore} would give in all. */
    static Count countEndedBefore(DSLContext dsl, Instant time) {
        Field<Integer> size =
                DSL.field(DSL.selectCount().from(MESSAGES).where(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID)));
        return Objects.requireNonNull(dsl.select(DSL.count(), DSL.coalesce(DSL.sum(size), BigDecimal.ZERO))
                .from(CONVERSATIONS)
                .where(hasEndedBefore(time))
                .fetchOne(row -> new Count(row.value1(), row.value2().longValue())));
    }

    /** When a conversation was compacted last. */
    static Field<Instant> compacted() {
        return DSL.field(DSL.select(DSL.max(COMPACTIONS.CREATED_AT))
                .from(COMPACTIONS)
                .where(COMPACTIONS.CONVERSATION_ID.eq(CONVERSATIONS.ID)));
    }

    /** Conversations that may have more messages than that, and are neither branched nor compacted. */
    static List<ConversationId> longerThan(DSLContext dsl, int messages, @Nullable ConversationId after) {
        return dsl.select(CONVERSATIONS.ID)
                .from(CONVERSATIONS)
                .where(CONVERSATIONS.LAST_SEQUENCE_NUMBER.gt((long) messages))
                .and(after == null ? DSL.noCondition() : CONVERSATIONS.ID.gt(after))
                .and(isPlain())
                .orderBy(CONVERSATIONS.ID)
                .limit(PAGE)
                .fetch(CONVERSATIONS.ID);
    }

    /** How many messages such conversations have beyond that number, each of them. */
    static long countBeyond(DSLContext dsl, int messages) {
        Table<?> all = CONVERSATIONS.join(MESSAGES).on(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID));
        return countBeyond(dsl, all, isPlain(), CONVERSATIONS.ID, messages);
    }

    /** How many rows there are beyond a number of each group. */
    static long countBeyond(DSLContext dsl, Table<?> rows, Condition condition, Field<?> group, int most) {
        Table<Record1<Integer>> counted = DSL.select(DSL.count().minus(most).as("beyond"))
                .from(rows)
                .where(condition)
                .groupBy(group)
                .having(DSL.count().gt(most))
                .asTable("counted");
        return Objects.requireNonNull(dsl.select(
                        DSL.coalesce(DSL.sum(DSL.field(DSL.name("counted", "beyond"), Integer.class)), BigDecimal.ZERO))
                .from(counted)
                .fetchOne(0, Long.class));
    }

    /** Whether a conversation is neither branched nor compacted, and stays so until the transaction ends. */
    static boolean isPlain(Tx tx, ConversationId id) {
        // A second statement sees what others committed while the first one waited for the lock.
        return hold(tx, CONVERSATIONS.ID.eq(id))
                && tx.dsl().fetchExists(CONVERSATIONS, CONVERSATIONS.ID.eq(id).and(isPlain()));
    }

    /** Whether a conversation is neither branched nor compacted. */
    static Condition isPlain() {
        return CONVERSATIONS
                .HEAD_ID
                .isNull()
                .and(DSL.notExists(
                        DSL.selectOne().from(COMPACTIONS).where(COMPACTIONS.CONVERSATION_ID.eq(CONVERSATIONS.ID))));
    }

    /** How many of its messages have a number below that one. */
    static int before(DSLContext dsl, ConversationId id, long number) {
        return dsl.fetchCount(MESSAGES, MESSAGES.CONVERSATION_ID.eq(id).and(MESSAGES.SEQUENCE_NUMBER.lt(number)));
    }

    /** How many messages a conversation has. */
    static int size(DSLContext dsl, ConversationId id) {
        return dsl.fetchCount(MESSAGES, MESSAGES.CONVERSATION_ID.eq(id));
    }

    /**
     * Whether a conversation was given no message, no branch and no compaction since it was listed, and is given none
     * until the transaction ends.
     */
    static boolean isUnchanged(Tx tx, Listed listed) {
        boolean same = hold(
                tx,
                CONVERSATIONS
                        .ID
                        .eq(listed.id())
                        .and(CONVERSATIONS.LAST_SEQUENCE_NUMBER.eq(listed.lastNumber()))
                        .and(CONVERSATIONS.HEAD_ID.isNotDistinctFrom(listed.head())));
        // A second statement sees what others committed while the first one waited for the lock. If messages are
        // deleted,
        // their compactions are, too.
        return same
                && !tx.dsl()
                        .fetchExists(
                                COMPACTIONS,
                                COMPACTIONS
                                        .CONVERSATION_ID
                                        .eq(listed.id())
                                        .and(
                                                listed.compacted() == null
                                                        ? DSL.noCondition()
                                                        : COMPACTIONS.CREATED_AT.gt(listed.compacted())));
    }

    /**
     * Locks the row of a conversation, on either engine by an update that changes nothing. Returns whether there is
     * one.
     */
    private static boolean hold(Tx tx, Condition condition) {
        return tx.dsl()
                        .update(CONVERSATIONS)
                        .set(CONVERSATIONS.LAST_SEQUENCE_NUMBER, CONVERSATIONS.LAST_SEQUENCE_NUMBER)
                        .where(condition)
                        .execute()
                > 0;
    }

    /** The number of the oldest message that is kept if so many of the newest are; 0 if all are kept. */
    static long firstKept(DSLContext dsl, ConversationId id, int newest) {
        Long number = dsl.select(MESSAGES.SEQUENCE_NUMBER)
                .from(MESSAGES)
                .where(MESSAGES.CONVERSATION_ID.eq(id))
                .orderBy(MESSAGES.SEQUENCE_NUMBER.desc())
                .limit(1)
                .offset(newest - 1)
                .fetchOne(MESSAGES.SEQUENCE_NUMBER);
        return number == null ? 0 : Spans.of(dsl, id).unparted(number);
    }

    /** The messages of a conversation that go, from the oldest on. */
    static final class Sweep {

        private final ConversationId id;
        private final long before;
        private long from;
        private long cut;
        private int skipped;
        private @Nullable Spans spans;

        Sweep(ConversationId id, long before) {
            this.id = id;
            this.before = before;
        }

        private Condition between(long end) {
            return MESSAGES.CONVERSATION_ID
                    .eq(id)
                    .and(MESSAGES.SEQUENCE_NUMBER.ge(from))
                    .and(MESSAGES.SEQUENCE_NUMBER.lt(end));
        }

        /** Reads what takes long, before a transaction does. */
        Spans look(DSLContext dsl) {
            Spans found = spans == null ? Spans.of(dsl, id) : spans;
            spans = found;
            return found;
        }

        /** Leaves those as they are that could not be deleted. Returns how many. */
        int skip(DSLContext dsl) {
            int found = dsl.fetchCount(MESSAGES, between(cut));
            from = cut;
            skipped += found;
            return found;
        }

        /** How many were left in all. */
        int skipped() {
            return skipped;
        }

        /** How many may be left: as many as there are numbers. */
        long left() {
            return before - Math.max(from, cut);
        }

        /** Deletes about so many. Returns how many; 0 if none is left. */
        int delete(Tx tx, int rows) {
            DSLContext dsl = tx.dsl();
            Condition old = between(before);
            Long oldest = dsl.select(DSL.min(MESSAGES.SEQUENCE_NUMBER))
                    .from(MESSAGES)
                    .where(old)
                    .fetchOneInto(Long.class);
            if (oldest == null) {
                return 0;
            }
            for (int most = rows; ; most *= 2) {
                Long next = dsl.select(MESSAGES.SEQUENCE_NUMBER)
                        .from(MESSAGES)
                        .where(old)
                        .orderBy(MESSAGES.SEQUENCE_NUMBER)
                        .limit(1)
                        .offset(most)
                        .fetchOne(MESSAGES.SEQUENCE_NUMBER);
                // An answer may have come since the number was chosen, and since the spans were read.
                cut = look(dsl).unparted(dsl, from, next == null ? before : next);
                // A call whose answer comes much later takes all in between along.
                if (cut > oldest) {
                    return dsl.deleteFrom(MESSAGES).where(between(cut)).execute();
                }
                if (next == null) {
                    // The answer of the oldest call has come since, and is kept.
                    return 0;
                }
            }
        }
    }

    /** How many rows a transaction deleted. */
    record Gone(int conversations, int messages) {

        int rows() {
            return conversations * WEIGHT + messages;
        }
    }

    /**
     * Deletes conversations with their messages, or those that are left; not those that have changed since they were
     * listed.
     */
    static Gone deleteWhole(Tx tx, List<Listed> group) {
        int conversations = 0;
        int messages = 0;
        List<Listed> ordered = group.stream()
                .sorted(Comparator.comparing(Listed::id, LOCK_ORDER))
                .toList();
        for (Listed listed : ordered) {
            if (isUnchanged(tx, listed)) {
                int size = size(tx.dsl(), listed.id());
                // A trigger of the application may keep it.
                int deleted = tx.dsl()
                        .deleteFrom(CONVERSATIONS)
                        .where(CONVERSATIONS.ID.eq(listed.id()))
                        .execute();
                conversations += deleted;
                messages += deleted * size;
            }
        }
        return new Gone(conversations, messages);
    }

    /**
     * Deletes the messages before a number, each conversation's own, of those that are still plain. Returns how many.
     */
    static int deleteOldest(Tx tx, Map<ConversationId, Long> before) {
        int deleted = 0;
        for (Map.Entry<ConversationId, Long> each : before.entrySet()) {
            if (isPlain(tx, each.getKey())) {
                deleted += new Sweep(each.getKey(), each.getValue()).delete(tx, Integer.MAX_VALUE);
            }
        }
        return deleted;
    }

    /** Where those end that have no more rows in all, from a place on; one with branches ends them. */
    static int endOfSmall(List<Listed> page, int from, int rows) {
        long left = rows;
        int end = from;
        while (end < page.size() && !page.get(end).isBranched()) {
            left -= page.get(end).lastNumber() + WEIGHT;
            if (left < 0) {
                break;
            }
            end++;
        }
        return end;
    }
}
