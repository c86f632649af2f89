package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.MessageColumns.CONVERSATION_ID;
import static dev.modelscan.storage.internal.repository.MessageColumns.MAPPING;
import static dev.modelscan.storage.internal.repository.MessageColumns.RECEIVER_ID;
import static dev.modelscan.storage.internal.repository.MessageColumns.SENDER_ID;
import static dev.modelscan.storage.internal.repository.MessageColumns.SEQUENCE_NUMBER;
import static dev.modelscan.storage.internal.repository.MessageColumns.TASK_ID;
import static dev.modelscan.storage.internal.repository.MessageColumns.TEAM_ID;
import static dev.modelscan.storage.internal.repository.MessageColumns.UPDATED_AT;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageOrigin;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRepository;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.TeamId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

final class SqlMessageRepository extends SqlRepository<MessageId, Message> implements MessageRepository {

    private static final Parameter<Long> COUNT = Parameter.of("count", Codec.LONG, Long.class);
    private static final Parameter<Instant> NOW = UPDATED_AT.parameter();

    /** The last number that was given out, and the conversation's head if it has branches. */
    private record Taken(long last, @Nullable MessageId head) {}

    /**
     * Takes the next numbers of a conversation. The write lock, or the lock on the conversation's row,
     * prevents others from taking the same.
     */
    private static final CompiledQuery<Taken> TAKE_NUMBERS = CompiledQuery.rows(
            "message.takeNumbers",
            row -> new Taken(row.get(Codec.LONG, 1), row.find(Codec.id(MessageId::new), 2)),
            () -> DSL.insertInto(
                            CONVERSATIONS,
                            CONVERSATIONS.ID,
                            CONVERSATIONS.LAST_SEQUENCE_NUMBER,
                            CONVERSATIONS.CREATED_AT)
                    .values(CONVERSATION_ID.parameter().param(), COUNT.param(), NOW.param())
                    .onConflict(CONVERSATIONS.ID)
                    .doUpdate()
                    .set(CONVERSATIONS.LAST_SEQUENCE_NUMBER, CONVERSATIONS.LAST_SEQUENCE_NUMBER.plus(COUNT.param()))
                    .returning(CONVERSATIONS.LAST_SEQUENCE_NUMBER, CONVERSATIONS.HEAD_ID));

    /** A message of a conversation without branches, which no other refers to. */
    private static final CompiledQuery<Void> DELETE_UNBRANCHED =
            CompiledQuery.command("message.deleteUnbranched", () -> DSL.deleteFrom(MESSAGES)
                    .where(MessageColumns.ID.isParameter())
                    .andNotExists(DSL.selectOne()
                            .from(CONVERSATIONS)
                            .where(CONVERSATIONS.ID.eq(MESSAGES.CONVERSATION_ID))
                            .and(CONVERSATIONS.HEAD_ID.isNotNull())));

    private static final PagedQuery<Message> BY_SENDER = listBy("message.bySender", SENDER_ID, PagedQuery::noCondition);
    private static final PagedQuery<Message> BY_TASK = listBy("message.byTask", TASK_ID, PagedQuery::noCondition);
    private static final PagedQuery<Message> BY_TEAM = listBy("message.byTeam", TEAM_ID, PagedQuery::noCondition);
    private static final PagedQuery<Message> UNREAD =
            listBy("message.unread", RECEIVER_ID, () -> MESSAGES.READ_AT.isNull());

    private static final CompiledQuery<Message> MARK_READ = MAPPING.updateOf(
            "message.markRead", () -> Map.of(MESSAGES.READ_AT, notBeforeCreated()), () -> MESSAGES.READ_AT.isNull());

    private static final CompiledQuery<Void> MARK_ALL_READ =
            CompiledQuery.command("message.markAllRead", () -> DSL.update(MESSAGES)
                    .set(MESSAGES.READ_AT, notBeforeCreated())
                    .set(MESSAGES.VERSION, MESSAGES.VERSION.plus(DSL.inline(1L)))
                    .set(MESSAGES.UPDATED_AT, notBeforeCreated())
                    .where(MESSAGES.RECEIVER_ID.eq(RECEIVER_ID.parameter().param()))
                    .and(MESSAGES.READ_AT.isNull()));

    SqlMessageRepository(Sessions sessions) {
        super(sessions, MAPPING);
    }

    private static Field<Instant> notBeforeCreated() {
        return Mapping.notBefore(MESSAGES.CREATED_AT, NOW.param());
    }

    private static <T> PagedQuery<Message> listBy(
            String name, Column<Message, T> column, Supplier<Condition> condition) {
        return new PagedQuery<>(
                name,
                MAPPING,
                () -> column.isParameter().and(condition.get()),
                List.of(PagedQuery.ascending(CONVERSATION_ID), PagedQuery.ascending(SEQUENCE_NUMBER)));
    }

    @Override
    Message prepared(Message message) {
        super.prepared(message);
        ValueLimits.checkText(
                sessions.options(), MAPPING.entity, message.id(), MessageColumns.CONTENT.name(), message.content());
        if (message.contentType().isJson()) {
            try {
                ValueLimits.check(
                        sessions.options(),
                        MAPPING.entity,
                        message.id(),
                        MessageColumns.CONTENT,
                        Json.parse(message.content()));
            } catch (InvalidDataException e) {
                throw new InvalidDataException(MAPPING.entity, message.id().value(), "content", e.reason(), e);
            }
        }
        MessageParts.check(sessions.options(), message);
        return message;
    }

    /** Two statements: the first takes the number. */
    @Override
    public Message create(Message message) {
        Objects.requireNonNull(message, "message");
        Message prepared = prepared(message);
        return sessions.write(MAPPING.entity, message.id().value(), session -> insert(session, prepared));
    }

    @Override
    public Message update(Message message) {
        Objects.requireNonNull(message, "message");
        if (!message.parts().isEmpty()) {
            throw new InvalidDataException(
                    MAPPING.entity, message.id().value(), "parts", "cannot be changed by update: leave them out");
        }
        return super.update(message);
    }

    @Override
    Message insert(Session session, Message message) throws SQLException {
        return insertAll(session, List.of(message)).get(0);
    }

    /**
     * Takes the numbers for all messages of a conversation with one statement, which locks the conversation
     * until the transaction ends. Several conversations are locked in one order everywhere, because otherwise
     * two transactions could wait for each other.
     */
    @Override
    List<Message> insertAll(Session session, List<Message> messages) throws SQLException {
        Map<ConversationId, Long> counts = new TreeMap<>(Comparator.comparing(ConversationId::value));
        messages.forEach(message -> counts.merge(message.conversationId(), 1L, Long::sum));
        Placement placement = new Placement();
        for (Map.Entry<ConversationId, Long> entry : counts.entrySet()) {
            Taken taken = takeNumbers(session, entry.getKey(), entry.getValue());
            placement.begin(session, entry.getKey(), taken.last() - entry.getValue(), taken.head());
        }
        placement.findParents(session, messages);
        List<Message> placed = new ArrayList<>(messages.size());
        for (Message message : messages) {
            placed.add(placement.next(session, message));
        }
        MessageParts.holdBlobs(session, messages);
        if (placed.size() == 1) {
            super.insert(session, placed.get(0));
        } else {
            super.insertAll(session, placed);
        }
        placement.moveHeads(session);
        MessageParts.insert(session, messages);
        return placed;
    }

    /** A message comes after its parent. The locks of the conversations make all other orders safe. */
    @Override
    List<Message> inInsertOrder(List<Message> messages) {
        return messages.stream().allMatch(message -> message.parentId() == null)
                ? super.inInsertOrder(messages)
                : messages;
    }

    private Taken takeNumbers(Session session, ConversationId id, long count) throws SQLException {
        Taken taken = session.query(TAKE_NUMBERS)
                .set(CONVERSATION_ID.parameter(), id)
                .set(COUNT, count)
                .set(NOW, sessions.now())
                .first();
        return Objects.requireNonNull(taken);
    }

    @Override
    public List<MessagePart> listParts(MessageId id) {
        return parts(List.of(Objects.requireNonNull(id, "id")), false)
                .values()
                .iterator()
                .next();
    }

    @Override
    public Map<MessageId, List<MessagePart>> listParts(Collection<MessageId> ids) {
        return parts(List.copyOf(Objects.requireNonNull(ids, "ids")), false);
    }

    @Override
    public List<MessagePart> listAllParts(MessageId id) {
        return parts(List.of(Objects.requireNonNull(id, "id")), true)
                .values()
                .iterator()
                .next();
    }

    @Override
    public Map<MessageId, List<MessagePart>> listAllParts(Collection<MessageId> ids) {
        return parts(List.copyOf(Objects.requireNonNull(ids, "ids")), true);
    }

    private Map<MessageId, List<MessagePart>> parts(List<MessageId> ids, boolean all) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        Ranges.require("the number of messages", ids.size(), 1, PageRequest.MAX_LIMIT);
        return sessions.read(
                MAPPING.entity,
                ids.get(0).value(),
                session -> Collections.unmodifiableMap(MessageParts.list(session, ids, all)));
    }

    @Override
    public List<Message> listLatest(ConversationId conversationId, int limit) {
        Objects.requireNonNull(conversationId, "conversationId");
        Ranges.require("limit", limit, 1, PageRequest.MAX_LIMIT);
        return sessions.read(
                MAPPING.entity, null, session -> List.copyOf(Paths.latest(session, conversationId, limit)));
    }

    @Override
    public Page<Message> listByConversation(ConversationId conversationId, Direction direction, PageRequest request) {
        Objects.requireNonNull(conversationId, "conversationId");
        Objects.requireNonNull(direction, "direction");
        Objects.requireNonNull(request, "request");
        return sessions.read(MAPPING.entity, null, session -> Paths.page(session, conversationId, direction, request));
    }

    @Override
    public Page<Message> listByBranch(MessageId last, Direction direction, PageRequest request) {
        Objects.requireNonNull(last, "last");
        Objects.requireNonNull(direction, "direction");
        Objects.requireNonNull(request, "request");
        return sessions.read(MAPPING.entity, last.value(), session -> {
            ConversationId conversation = required(session, last).conversationId();
            Page<Message> page = Paths.page(session, conversation, last, direction, request);
            if (page.items().isEmpty()) {
                // Somebody may have deleted it meanwhile.
                required(session, last);
            }
            return page;
        });
    }

    @Override
    void hold(Session session, MessageId id) throws SQLException {
        ConversationLock.holdOf(session, List.of(id));
    }

    /** One statement if the conversation has no branches. */
    @Override
    int deleteRow(Session session, MessageId id) throws SQLException {
        int deleted = session.query(DELETE_UNBRANCHED)
                .set(MessageColumns.ID.parameter(), id)
                .update();
        Message onBranch = deleted == 0 ? byId(session, id) : null;
        if (onBranch == null) {
            return deleted;
        }
        Long head = Paths.headNumber(session, onBranch.conversationId());
        BranchDeletion.unlink(session, onBranch, Objects.equals(head, onBranch.sequenceNumber()), sessions.now());
        return super.deleteRow(session, id);
    }

    @Override
    public Page<Message> listUnread(AgentId receiverId, PageRequest request) {
        Objects.requireNonNull(receiverId, "receiverId");
        Objects.requireNonNull(request, "request");
        return fetch(UNREAD, request, execution -> execution.set(RECEIVER_ID.parameter(), receiverId));
    }

    @Override
    public Message markRead(MessageId id) {
        Objects.requireNonNull(id, "id");
        return sessions.write(MAPPING.entity, id.value(), session -> {
            Message marked = tryUpdate(session, MARK_READ, id, PagedQuery.Filter.NONE);
            return marked == null ? required(session, id) : marked;
        });
    }

    @Override
    public int markAllRead(AgentId receiverId) {
        Objects.requireNonNull(receiverId, "receiverId");
        return sessions.writeMany(MAPPING.entity, null, session -> session.query(MARK_ALL_READ)
                .set(RECEIVER_ID.parameter(), receiverId)
                .set(NOW, sessions.now())
                .update());
    }

    @Override
    public void putOrigins(Map<MessageId, Origin> origins) {
        Objects.requireNonNull(origins, "origins");
        List<MessageOrigin> checked = MessageOrigins.checked(origins);
        if (!checked.isEmpty()) {
            sessions.writeMany(MAPPING.entity, null, session -> {
                try {
                    return MessageOrigins.put(session, checked);
                } catch (SQLException e) {
                    throw OriginColumns.explain(sessions, MAPPING.entity, null, origins.values(), e);
                }
            });
        }
    }

    @Override
    public Origin originOf(MessageId id) {
        Objects.requireNonNull(id, "id");
        return sessions.read(MAPPING.entity, id.value(), session -> MessageOrigins.of(session, id));
    }

    @Override
    public Page<MessageOrigin> listOrigins(ConversationId conversationId, PageRequest request) {
        Objects.requireNonNull(conversationId, "conversationId");
        Objects.requireNonNull(request, "request");
        return sessions.read(MAPPING.entity, null, session -> MessageOrigins.list(session, conversationId, request));
    }

    @Override
    public Optional<Message> findByExternalId(ConversationId conversationId, String externalId) {
        Objects.requireNonNull(conversationId, "conversationId");
        Objects.requireNonNull(externalId, "externalId");
        return TextRules.isStorable(externalId)
                ? sessions.read(
                        MAPPING.entity,
                        null,
                        session -> Optional.ofNullable(MessageOrigins.find(session, conversationId, externalId)))
                : Optional.empty();
    }

    @Override
    public Page<Message> listByTask(TaskId taskId, PageRequest request) {
        Objects.requireNonNull(taskId, "taskId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_TASK, request, execution -> execution.set(TASK_ID.parameter(), taskId));
    }

    @Override
    public Page<Message> listByTeam(TeamId teamId, PageRequest request) {
        Objects.requireNonNull(teamId, "teamId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_TEAM, request, execution -> execution.set(TEAM_ID.parameter(), teamId));
    }

    @Override
    public Page<Message> listBySender(AgentId senderId, PageRequest request) {
        Objects.requireNonNull(senderId, "senderId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_SENDER, request, execution -> execution.set(SENDER_ID.parameter(), senderId));
    }
}
