package dev.modelscan.storage.retention;

import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;

import dev.modelscan.storage.conversations.ConversationId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Which messages and conversations are beyond a number of bytes. */
final class Sizes {

    /** Each page counts all messages, so it is a long one. */
    static final int PAGE = 5_000;

    private static final String SIZED = "sized";
    private static final Field<Long> TOTAL = DSL.field(DSL.name(SIZED, "total"), SQLDataType.BIGINT);

    private static final Field<Long> MESSAGES_OF = DSL.field(DSL.name(SIZED, "messages"), SQLDataType.BIGINT);

    private Sizes() {}

    /** The bytes of a message: its content, its parts' text and their blobs. */
    private static Field<BigDecimal> ofMessage() {
        Field<BigDecimal> content = bytes(MESSAGES.CONTENT);
        return content.plus(sum(DSL.select(DSL.sum(bytes(MESSAGE_PARTS.TEXT)))
                        .from(MESSAGE_PARTS)
                        .where(MESSAGE_PARTS.MESSAGE_ID.eq(MESSAGES.ID))))
                .plus(sum(DSL.select(DSL.sum(BLOBS.SIZE))
                        .from(MESSAGE_PARTS)
                        .join(BLOBS)
                        .on(BLOBS.ID.eq(MESSAGE_PARTS.BLOB_ID))
                        .where(MESSAGE_PARTS.MESSAGE_ID.eq(MESSAGES.ID))));
    }

    private static Field<BigDecimal> bytes(Field<String> text) {
        return DSL.octetLength(text).cast(SQLDataType.NUMERIC);
    }

    private static Field<BigDecimal> sum(Select<Record1<BigDecimal>> one) {
        return DSL.coalesce(DSL.field(one), BigDecimal.ZERO);
    }

    /**
     * The number of the oldest message that is kept if so many bytes of the newest are, and at least one; 0 if all are
     * kept.
     */
    static long firstKept(DSLContext dsl, ConversationId id, long bytes) {
        Table<?> numbered = DSL.select(
                        MESSAGES.SEQUENCE_NUMBER,
                        DSL.sum(ofMessage())
                                .over(DSL.orderBy(MESSAGES.SEQUENCE_NUMBER.desc()))
                                .cast(SQLDataType.BIGINT)
                                .as(TOTAL.getName()))
                .from(MESSAGES)
                .where(MESSAGES.CONVERSATION_ID.eq(id))
                .asTable(SIZED);
        Field<Long> number = DSL.field(DSL.name(SIZED, MESSAGES.SEQUENCE_NUMBER.getName()), SQLDataType.BIGINT);
        Record2<Long, Long> last =
                Objects.requireNonNull(dsl.select(DSL.max(number), DSL.max(DSL.when(TOTAL.gt(bytes), number)))
                        .from(numbered)
                        .fetchOne());
        Long newest = last.value1();
        Long beyond = last.value2();
        return beyond == null ? 0 : Spans.of(dsl, id).unparted(Math.min(beyond + 1, newest));
    }

    /**
     * Conversations that have more bytes than that, and are neither branched nor compacted, after an id, in order of
     * ids: pages of {@link Conversations#PAGE}.
     */
    static List<ConversationId> largerThan(DSLContext dsl, long bytes, @Nullable ConversationId after) {
        return dsl.select(MESSAGES.CONVERSATION_ID)
                .from(MESSAGES)
                .where(after == null ? DSL.noCondition() : MESSAGES.CONVERSATION_ID.gt(after))
                .and(DSL.exists(DSL.selectOne()
                        .from(CONVERSATIONS)
                        .where(CONVERSATIONS.ID.eq(MESSAGES.CONVERSATION_ID))
                        .and(Conversations.isPlain())))
                .groupBy(MESSAGES.CONVERSATION_ID)
                .having(DSL.sum(ofMessage()).gt(BigDecimal.valueOf(bytes)))
                .orderBy(MESSAGES.CONVERSATION_ID)
                .limit(Conversations.PAGE)
                .fetch(MESSAGES.CONVERSATION_ID);
    }

    /**
     * How many messages {@link #firstKept} would leave out in all such conversations, whether their answer stays or
     * not.
     */
    static long countBeyondInEach(DSLContext dsl, long bytes) {
        Field<Long> number = DSL.field(DSL.name(SIZED, MESSAGES.SEQUENCE_NUMBER.getName()), SQLDataType.BIGINT);
        Field<Long> newest = DSL.field(DSL.name(SIZED, "newest"), SQLDataType.BIGINT);
        Table<?> numbered = DSL.select(
                        MESSAGES.SEQUENCE_NUMBER,
                        DSL.max(MESSAGES.SEQUENCE_NUMBER)
                                .over(DSL.partitionBy(MESSAGES.CONVERSATION_ID))
                                .as(newest.getName()),
                        DSL.sum(ofMessage())
                                .over(DSL.partitionBy(MESSAGES.CONVERSATION_ID)
                                        .orderBy(MESSAGES.SEQUENCE_NUMBER.desc()))
                                .cast(SQLDataType.BIGINT)
                                .as(TOTAL.getName()))
                .from(CONVERSATIONS)
                .join(MESSAGES)
                .on(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                .where(Conversations.isPlain())
                .asTable(SIZED);
        return dsl.selectCount()
                .from(numbered)
                .where(TOTAL.gt(bytes))
                .and(number.lt(newest))
                .fetchOptional(0, Long.class)
                .orElse(0L);
    }

    /** Each conversation with its bytes and those of all that are newer. */
    private static Table<?> sized() {
        Field<BigDecimal> own = DSL.sum(ofMessage());
        Field<Instant> newest = DSL.max(MESSAGES.CREATED_AT);
        return DSL.select(
                        MESSAGES.CONVERSATION_ID,
                        DSL.count().cast(SQLDataType.BIGINT).as(MESSAGES_OF.getName()),
                        DSL.sum(own)
                                .over(DSL.orderBy(newest.desc(), MESSAGES.CONVERSATION_ID.desc()))
                                .minus(own)
                                .cast(SQLDataType.BIGINT)
                                .as(TOTAL.getName()))
                .from(MESSAGES)
                .groupBy(MESSAGES.CONVERSATION_ID)
                .asTable(SIZED);
    }

    /** What {@link #beyond} would give in all. */
    static Conversations.Count countBeyond(DSLContext dsl, long bytes) {
        return Objects.requireNonNull(dsl.select(DSL.count(), DSL.coalesce(DSL.sum(MESSAGES_OF), BigDecimal.ZERO))
                .from(sized())
                .where(TOTAL.ge(bytes))
                .fetchOne(row ->
                        new Conversations.Count(row.value1(), row.value2().longValue())));
    }

    /**
     * Conversations of which all newer ones have so many bytes already; the oldest first, without so many of them that
     * stay.
     */
    static List<Conversations.Listed> beyond(DSLContext dsl, long bytes, int stayed) {
        Field<ConversationId> id =
                DSL.field(DSL.name(SIZED, MESSAGES.CONVERSATION_ID.getName()), MESSAGES.CONVERSATION_ID.getDataType());
        return dsl.select(
                        CONVERSATIONS.ID,
                        CONVERSATIONS.LAST_SEQUENCE_NUMBER,
                        CONVERSATIONS.HEAD_ID,
                        Conversations.compacted())
                .from(sized())
                .join(CONVERSATIONS)
                .on(CONVERSATIONS.ID.eq(id))
                .where(TOTAL.ge(bytes))
                .orderBy(TOTAL.desc(), id)
                .limit(PAGE)
                .offset(stayed)
                .fetch(Conversations.Listed::of);
    }
}
