package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.TaskId;
import java.util.BitSet;
import org.jooq.Record2;
import org.jooq.Result;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a stored run that were deleted, as by an erasure of an agent. They are stored again, under their old numbers.
 *
 * @param stored the numbers of the messages that are there
 * @param last the last number that the conversation has given out
 */
record Gaps(BitSet stored, long last) {

    /**
     * The gaps of a run without branches.
     *
     * @param named whether the source names the run; if not, its content tells that it is the same
     * @param hasTask whether its task is there
     * @return null if there are none that can be filled, or if this may be another run
     */
    static @Nullable Gaps of(Tx tx, TaskId run, Facts facts, long last, boolean named, boolean hasTask) {
        BitSet stored = new BitSet();
        boolean isOlder = false;
        boolean isSame = !named || facts.messages() == 0;
        Result<Record2<MessageId, Long>> rows = tx.dsl()
                .select(MESSAGES.ID, MESSAGES.SEQUENCE_NUMBER)
                .from(MESSAGES)
                .where(MESSAGES.CONVERSATION_ID.eq(new ConversationId(run.value())))
                .fetch();
        for (Record2<MessageId, Long> row : rows) {
            long number = row.value2();
            if (number > facts.messages()) {
                isOlder |= row.value1().value().startsWith(RunIds.first(run));
            } else if (row.value1().equals(RunWriter.id(run, facts, (int) number))) {
                stored.set((int) number);
                isSame = true;
            } else {
                return null;
            }
        }
        isSame |= rows.isEmpty();
        int most = (int) Math.min(last, facts.messages());
        return isSame && !(isOlder && hasTask) && !(hasTask && isStart(stored, most)) ? new Gaps(stored, last) : null;
    }

    /** Whether the first messages alone are missing. Retention deletes those, and is not to do it again after each import. */
    private static boolean isStart(BitSet stored, int most) {
        int first = stored.nextSetBit(1);
        return first > 0 && stored.nextClearBit(first) > most;
    }

    boolean isStored(int number) {
        return stored.get(number);
    }

    /** Gives the messages that were stored just now, at the end of the conversation, the numbers that their ids say. */
    void close(Tx tx, TaskId run, Facts facts, long added) {
        ConversationId conversation = new ConversationId(run.value());
        tx.dsl()
                .update(MESSAGES)
                .set(
                        MESSAGES.SEQUENCE_NUMBER,
                        DSL.substring(
                                        MESSAGES.ID.cast(String.class),
                                        run.value().length() + 2,
                                        RunWriter.DIGITS)
                                .cast(SQLDataType.BIGINT))
                .where(MESSAGES.CONVERSATION_ID.eq(conversation))
                .and(RunIds.areOf(run, MESSAGES.ID, MessageId::new))
                .and(MESSAGES.SEQUENCE_NUMBER.gt(last))
                .execute();
        tx.dsl()
                .update(CONVERSATIONS)
                .set(
                        CONVERSATIONS.LAST_SEQUENCE_NUMBER,
                        DSL.greatest(CONVERSATIONS.LAST_SEQUENCE_NUMBER.minus(added), DSL.val((long) facts.messages())))
                .where(CONVERSATIONS.ID.eq(conversation))
                .execute();
    }
}
