package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageOrigin;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.query.RowMapper;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.sources.Origin;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The origins of messages. They are a table of their own, which no page of messages reads: six more columns
 * would cost each page.
 */
final class MessageOrigins {

    private static final Columns<MessageOrigin> COLUMNS = new Columns<>("message origin");
    private static final Column<MessageOrigin, MessageId> MESSAGE_ID = COLUMNS.add(
            "messageId", Codec.id(MessageId::new), () -> MESSAGE_ORIGINS.MESSAGE_ID, MessageOrigin::messageId);
    private static final OriginColumns.Fields FIELDS = new OriginColumns.Fields(
            () -> MESSAGE_ORIGINS.SOURCE_FORMAT,
            () -> MESSAGE_ORIGINS.SOURCE_ID,
            () -> MESSAGE_ORIGINS.SOURCE_RECORD,
            () -> MESSAGE_ORIGINS.SOURCE_LINE,
            () -> MESSAGE_ORIGINS.SOURCE_OFFSET,
            () -> MESSAGE_ORIGINS.EXTERNAL_ID);
    private static final OriginColumns<MessageOrigin> ORIGIN =
            new OriginColumns<>(COLUMNS, FIELDS, MessageOrigin::origin);
    private static final RowMapper<MessageOrigin> MAPPER = MessageOrigins::map;
    private static final int CHUNK = 1_000;

    /** The origin of a message that has none yet. */
    private record First(MessageOrigin given, ConversationId conversation) {}

    private static final Columns<First> FIRST_COLUMNS = new Columns<>("message origin");

    static {
        FIRST_COLUMNS.add(
                "messageId", Codec.id(MessageId::new), () -> MESSAGE_ORIGINS.MESSAGE_ID, first -> first.given()
                        .messageId());
        FIRST_COLUMNS.add(
                "conversationId",
                Codec.id(ConversationId::new),
                () -> MESSAGE_ORIGINS.CONVERSATION_ID,
                First::conversation);
        new OriginColumns<>(FIRST_COLUMNS, FIELDS, first -> first.given().origin());
    }

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    /** What is stored of a message and its origin. */
    private record Stored(
            MessageId id,
            ConversationId conversation,
            boolean hasOrigin,
            @Nullable String externalId) {}

    private static final CompiledQuery<Stored> STORED = CompiledQuery.rows(
            "messageOrigin.stored",
            row -> new Stored(
                    row.get(Codec.id(MessageId::new), 1),
                    row.get(Codec.id(ConversationId::new), 2),
                    row.find(Codec.id(MessageId::new), 3) != null,
                    row.find(Codec.TEXT, 4)),
            () -> DSL.select(
                            MESSAGES.ID,
                            MESSAGES.CONVERSATION_ID,
                            MESSAGE_ORIGINS.MESSAGE_ID,
                            MESSAGE_ORIGINS.EXTERNAL_ID)
                    .from(MESSAGES)
                    .leftJoin(MESSAGE_ORIGINS)
                    .on(MESSAGE_ORIGINS.MESSAGE_ID.eq(MESSAGES.ID))
                    .where(MESSAGES.ID.in(IdList.select(IDS.param(), MESSAGES.ID))));

    private static final CompiledQuery<Void> RELEASE =
            CompiledQuery.command("messageOrigin.release", () -> DSL.update(MESSAGE_ORIGINS)
                    .set(MESSAGE_ORIGINS.EXTERNAL_ID, DSL.inline(null, MESSAGE_ORIGINS.EXTERNAL_ID))
                    .where(MESSAGE_ORIGINS.MESSAGE_ID.in(IdList.select(IDS.param(), MESSAGE_ORIGINS.MESSAGE_ID))));

    /** If another program put one meanwhile, that is as if it had replaced this one. */
    private static final CompiledQuery<Void> PUT_FIRST = CompiledQuery.command(
            "messageOrigin.putFirst", () -> DSL.insertInto(MESSAGE_ORIGINS, FIRST_COLUMNS.fields())
                    .values(FIRST_COLUMNS.params())
                    .onConflict(MESSAGE_ORIGINS.MESSAGE_ID)
                    .doNothing());

    private static final CompiledQuery<Void> PUT =
            CompiledQuery.command("messageOrigin.put", MessageOrigins::putExpression);
    private static final CompiledQuery<MessageOrigin> BY_ID =
            CompiledQuery.rows("messageOrigin.byId", MAPPER, () -> DSL.select(COLUMNS.fields())
                    .from(MESSAGE_ORIGINS)
                    .where(MESSAGE_ID.isParameter()));
    private static final CompiledQuery<Message> BY_EXTERNAL_ID =
            CompiledQuery.rows("messageOrigin.byExternalId", MessageColumns.MAPPING.mapper, () -> DSL.select(
                            MessageColumns.COLUMNS.fields())
                    .from(MESSAGES)
                    .join(MESSAGE_ORIGINS)
                    .on(MESSAGE_ORIGINS.MESSAGE_ID.eq(MESSAGES.ID))
                    .where(MESSAGE_ORIGINS.CONVERSATION_ID.eq(
                            MessageColumns.CONVERSATION_ID.parameter().param()))
                    .and(ORIGIN.externalId.isParameter()));
    private static final PagedQuery<MessageOrigin> BY_CONVERSATION = new PagedQuery<>(
            "messageOrigin.byConversation",
            new PagedQuery.Rows<>(() -> MESSAGE_ORIGINS, COLUMNS, MAPPER),
            () -> MESSAGE_ORIGINS.CONVERSATION_ID.eq(
                    MessageColumns.CONVERSATION_ID.parameter().param()),
            List.of(PagedQuery.ascending(MESSAGE_ID)));

    private MessageOrigins() {}

    /** The conversation comes from the message's row, so that the two cannot differ. */
    private static Query putExpression() {
        List<Field<?>> columns = new ArrayList<>(List.of(MESSAGE_ORIGINS.MESSAGE_ID, MESSAGE_ORIGINS.CONVERSATION_ID));
        List<Field<?>> values = new ArrayList<>(List.of(MESSAGES.ID, MESSAGES.CONVERSATION_ID));
        Map<Field<?>, Field<?>> changes = new LinkedHashMap<>();
        for (Column<MessageOrigin, ?> column : ORIGIN.all()) {
            columns.add(column.field());
            values.add(column.parameter().param());
            changes.put(column.field(), column.parameter().param());
        }
        return DSL.insertInto(MESSAGE_ORIGINS, columns)
                .select(DSL.select(values)
                        .from(MESSAGES)
                        .where(MESSAGES.ID.eq(MESSAGE_ID.parameter().param())))
                .onConflict(MESSAGE_ORIGINS.MESSAGE_ID)
                .doUpdate()
                .set(changes);
    }

    private static MessageOrigin map(Row row) throws SQLException {
        return new MessageOrigin(/* messageId= */ row.get(MESSAGE_ID), /* origin= */ ORIGIN.read(row));
    }

    /** The origins in the order of their ids. */
    static List<MessageOrigin> checked(Map<MessageId, Origin> origins) {
        Map<String, MessageOrigin> sorted = new TreeMap<>();
        origins.forEach((id, origin) -> {
            MessageOrigin given = new MessageOrigin(id, origin);
            if (!origin.isImported()) {
                throw new InvalidDataException("message", id.value(), "origin", "is NONE, which is not stored");
            }
            sorted.put(id.value(), given);
        });
        return List.copyOf(sorted.values());
    }

    /**
     * Stores checked origins: first those that replace one, which may free an external id that another needs. SQLite keeps a
     * journal of each upsert, and of each insert from a query, which costs as much again: 31 against 15 µs of CPU. So the
     * messages without an origin are looked up, and theirs are inserted as values.
     *
     * <p>The conversations are locked first: who exchanges external ids locks their rows in no order, and nobody deletes a message
     * that was looked up.
     */
    static boolean put(Session session, List<MessageOrigin> origins) throws SQLException {
        ConversationLock.holdOf(
                session, origins.stream().map(MessageOrigin::messageId).toList());
        Map<MessageId, Stored> stored = stored(session, origins);
        for (MessageOrigin given : origins) {
            if (!stored.containsKey(given.messageId())) {
                throw new NotFoundException("message", given.messageId().value());
            }
        }
        release(session, origins, stored);
        List<First> firsts = new ArrayList<>();
        List<MessageOrigin> others = new ArrayList<>();
        for (MessageOrigin given : origins) {
            Stored message = Objects.requireNonNull(stored.get(given.messageId()));
            if (message.hasOrigin()) {
                others.add(given);
            } else {
                firsts.add(new First(given, message.conversation()));
            }
        }
        for (int from = 0; from < others.size(); from += CHUNK) {
            replace(session, chunk(others, from));
        }
        for (int from = 0; from < firsts.size(); from += CHUNK) {
            session.query(PUT_FIRST).updateAll(FIRST_COLUMNS, chunk(firsts, from));
        }
        return true;
    }

    /** Takes away the external ids that go from one of these messages to another: two may exchange theirs. */
    private static void release(Session session, List<MessageOrigin> origins, Map<MessageId, Stored> stored)
            throws SQLException {
        Set<String> given = origins.stream()
                .map(each -> each.origin().externalId())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        List<MessageId> moving = origins.stream()
                .filter(each -> {
                    String before =
                            Objects.requireNonNull(stored.get(each.messageId())).externalId();
                    return before != null
                            && given.contains(before)
                            && !before.equals(each.origin().externalId());
                })
                .map(MessageOrigin::messageId)
                .toList();
        for (int from = 0; from < moving.size(); from += CHUNK) {
            session.query(RELEASE).set(IDS, IdList.text(chunk(moving, from))).update();
        }
    }

    private static <T> List<T> chunk(List<T> all, int from) {
        return all.subList(from, Math.min(from + CHUNK, all.size()));
    }

    private static Map<MessageId, Stored> stored(Session session, List<MessageOrigin> origins) throws SQLException {
        List<MessageId> ids = origins.stream().map(MessageOrigin::messageId).toList();
        Map<MessageId, Stored> found = new HashMap<>();
        for (int from = 0; from < ids.size(); from += CHUNK) {
            for (Stored message : session.query(STORED)
                    .set(IDS, IdList.text(chunk(ids, from)))
                    .list()) {
                found.put(message.id(), message);
            }
        }
        return found;
    }

    private static void replace(Session session, List<MessageOrigin> origins) throws SQLException {
        int[] written = session.query(PUT).updateAll(COLUMNS, origins);
        for (int i = 0; i < written.length; i++) {
            if (written[i] == 0) {
                throw new NotFoundException(
                        "message", origins.get(i).messageId().value());
            }
        }
    }

    static Origin of(Session session, MessageId id) throws SQLException {
        MessageOrigin found =
                session.query(BY_ID).set(MESSAGE_ID.parameter(), id).first();
        return found == null ? Origin.NONE : found.origin();
    }

    static @Nullable Message find(Session session, ConversationId conversation, String externalId) throws SQLException {
        return session.query(BY_EXTERNAL_ID)
                .set(MessageColumns.CONVERSATION_ID.parameter(), conversation)
                .set(ORIGIN.externalId.parameter(), externalId)
                .first();
    }

    static Page<MessageOrigin> list(Session session, ConversationId conversation, PageRequest request)
            throws SQLException {
        return BY_CONVERSATION.fetch(
                session, request, execution -> execution.set(MessageColumns.CONVERSATION_ID.parameter(), conversation));
    }
}
