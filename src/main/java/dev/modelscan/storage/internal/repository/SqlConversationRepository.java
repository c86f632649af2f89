package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationContext;
import dev.modelscan.storage.conversations.ConversationCounts;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.ConversationRepository;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.query.RowMapper;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.sources.Origin;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Conversations have no version: each message writes their row, and nothing else in it is changed by two at once. */
public final class SqlConversationRepository implements ConversationRepository {

    public static final String ENTITY = "conversation";
    static final Columns<Conversation> COLUMNS = new Columns<>(ENTITY);
    private static final Column<Conversation, ConversationId> ID =
            COLUMNS.add("id", Codec.id(ConversationId::new), () -> CONVERSATIONS.ID, Conversation::id);
    private static final Column<Conversation, Long> LAST_SEQUENCE_NUMBER = COLUMNS.add(
            "lastSequenceNumber",
            Codec.LONG,
            () -> CONVERSATIONS.LAST_SEQUENCE_NUMBER,
            Conversation::lastSequenceNumber);
    private static final OriginColumns<Conversation> ORIGIN = new OriginColumns<>(
            COLUMNS,
            new OriginColumns.Fields(
                    () -> CONVERSATIONS.SOURCE_FORMAT,
                    () -> CONVERSATIONS.SOURCE_ID,
                    () -> CONVERSATIONS.SOURCE_RECORD,
                    () -> CONVERSATIONS.SOURCE_LINE,
                    () -> CONVERSATIONS.SOURCE_OFFSET,
                    () -> CONVERSATIONS.EXTERNAL_ID),
            Conversation::origin);
    private static final Column<Conversation, String> TITLE =
            COLUMNS.add("title", Codec.TEXT, () -> CONVERSATIONS.TITLE, Conversation::title);
    private static final Column<Conversation, MessageId> HEAD_ID =
            COLUMNS.add("headId", Codec.id(MessageId::new), () -> CONVERSATIONS.HEAD_ID, Conversation::headId);
    private static final Column<Conversation, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> CONVERSATIONS.CREATED_AT, Conversation::createdAt);
    private static final RowMapper<Conversation> MAPPER = SqlConversationRepository::map;

    private static final CompiledQuery<Void> INSERT =
            CompiledQuery.command("conversation.insert", () -> DSL.insertInto(CONVERSATIONS, COLUMNS.fields())
                    .values(COLUMNS.params()));
    private static final CompiledQuery<Conversation> BY_ID = select("conversation.byId", ID::isParameter);
    private static final CompiledQuery<Conversation> BY_EXTERNAL_ID =
            select("conversation.byExternalId", ORIGIN::isNamed);
    private static final CompiledQuery<Conversation> SET_ORIGIN =
            CompiledQuery.rows("conversation.setOrigin", MAPPER, () -> DSL.update(CONVERSATIONS)
                    .set(originValues())
                    .where(ID.isParameter())
                    .returning(COLUMNS.fields()));
    private static final CompiledQuery<Conversation> RENAME =
            CompiledQuery.rows("conversation.rename", MAPPER, () -> DSL.update(CONVERSATIONS)
                    .set(CONVERSATIONS.TITLE, TITLE.parameter().param())
                    .where(ID.isParameter())
                    .returning(COLUMNS.fields()));
    private static final CompiledQuery<Void> DELETE = CompiledQuery.command(
            "conversation.delete", () -> DSL.deleteFrom(CONVERSATIONS).where(ID.isParameter()));
    private static final PagedQuery<Conversation> ALL = new PagedQuery<>(
            "conversation.page",
            new PagedQuery.Rows<>(() -> CONVERSATIONS, COLUMNS, MAPPER),
            PagedQuery::noCondition,
            List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));

    private final Sessions sessions;

    public SqlConversationRepository(Sessions sessions) {
        this.sessions = sessions;
    }

    private static CompiledQuery<Conversation> select(String key, Supplier<Condition> condition) {
        return CompiledQuery.rows(key, MAPPER, () -> DSL.select(COLUMNS.fields())
                .from(CONVERSATIONS)
                .where(condition.get()));
    }

    private static Map<Field<?>, Field<?>> originValues() {
        Map<Field<?>, Field<?>> values = new LinkedHashMap<>();
        ORIGIN.all()
                .forEach(column -> values.put(column.field(), column.parameter().param()));
        return values;
    }

    static Conversation map(Row row) throws SQLException {
        return new Conversation(
                /* id= */ row.get(ID),
                /* lastSequenceNumber= */ row.get(LAST_SEQUENCE_NUMBER),
                /* title= */ row.find(TITLE),
                /* headId= */ row.find(HEAD_ID),
                /* origin= */ ORIGIN.read(row),
                /* createdAt= */ row.get(CREATED_AT));
    }

    @Override
    public Conversation create(Conversation conversation) {
        Objects.requireNonNull(conversation, "conversation");
        String id = conversation.id().value();
        return sessions.insert(
                ENTITY,
                id,
                conversation,
                session -> {
                    try {
                        session.query(INSERT).setAll(COLUMNS, conversation).update();
                    } catch (SQLException e) {
                        throw OriginColumns.explain(sessions, ENTITY, id, List.of(conversation.origin()), e);
                    }
                    return conversation;
                },
                session -> Optional.ofNullable(session.query(BY_ID)
                        .set(ID.parameter(), conversation.id())
                        .first()));
    }

    @Override
    public Conversation get(ConversationId id) {
        return find(id).orElseThrow(() -> new NotFoundException(ENTITY, id.value()));
    }

    @Override
    public Optional<Conversation> find(ConversationId id) {
        Objects.requireNonNull(id, "id");
        return sessions.read(
                ENTITY,
                id.value(),
                session -> Optional.ofNullable(
                        session.query(BY_ID).set(ID.parameter(), id).first()));
    }

    @Override
    public ConversationCounts getWithCounts(ConversationId id) {
        Objects.requireNonNull(id, "id");
        return sessions.read(ENTITY, id.value(), session -> {
            Conversation stored = session.query(BY_ID).set(ID.parameter(), id).first();
            return ConversationTail.counts(session, required(stored, id));
        });
    }

    @Override
    public List<Message> replaceTail(ConversationId id, @Nullable MessageId after, List<Message> messages) {
        Objects.requireNonNull(id, "id");
        SqlMessageRepository repository = new SqlMessageRepository(sessions);
        List<Message> prepared = new ArrayList<>();
        for (Message message : Objects.requireNonNull(messages, "messages")) {
            prepared.add(repository.prepared(Objects.requireNonNull(message, "messages")));
            if (!message.conversationId().equals(id)) {
                throw new InvalidDataException(
                        "message",
                        message.id().value(),
                        "conversationId",
                        "is " + message.conversationId() + ", not " + id);
            }
        }
        return sessions.writeMany(ENTITY, id.value(), session -> {
            ConversationTail.cut(session, id, after);
            return prepared.isEmpty() ? List.of() : List.copyOf(repository.insertAll(session, prepared));
        });
    }

    @Override
    public Optional<Conversation> findByExternalId(String format, String externalId) {
        return ORIGIN.find(sessions, ENTITY, BY_EXTERNAL_ID, format, externalId);
    }

    @Override
    public Conversation updateOrigin(ConversationId id, Origin origin) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(origin, "origin");
        Conversation changed = Conversation.builder()
                .id(id)
                .origin(origin)
                .createdAt(Instant.EPOCH)
                .build();
        return sessions.write(ENTITY, id.value(), session -> {
            try {
                Conversation stored = session.query(SET_ORIGIN)
                        .set(ID.parameter(), id)
                        .setAll(ORIGIN.all(), changed)
                        .first();
                return required(stored, id);
            } catch (SQLException e) {
                throw OriginColumns.explain(sessions, ENTITY, id.value(), List.of(origin), e);
            }
        });
    }

    @Override
    public Conversation rename(ConversationId id, @Nullable String title) {
        Objects.requireNonNull(id, "id");
        if (title != null) {
            Checks.name(ENTITY, id, "title", title);
        }
        return sessions.write(ENTITY, id.value(), session -> {
            Conversation stored = session.query(RENAME)
                    .set(ID.parameter(), id)
                    .set(TITLE.parameter(), title)
                    .first();
            return required(stored, id);
        });
    }

    @Override
    public Message fork(ConversationId id, MessageId at, InsideToolCall inside) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(inside, "inside");
        return sessions.writeMany(ENTITY, id.value(), session -> Branches.fork(session, id, at, inside));
    }

    @Override
    public Page<Message> listBranches(ConversationId id, PageRequest request) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(request, "request");
        return sessions.read(ENTITY, id.value(), session -> Branches.list(session, id, request));
    }

    @Override
    public Message compact(ConversationId id, MessageId upTo, String summary, InsideToolCall inside) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(upTo, "upTo");
        Objects.requireNonNull(inside, "inside");
        Objects.requireNonNull(summary, "summary");
        ValueLimits.checkText(sessions.options(), ENTITY, id, "summary", summary);
        return sessions.writeMany(
                ENTITY, id.value(), session -> Branches.compact(session, id, upTo, inside, summary, sessions.now()));
    }

    @Override
    public ConversationContext context(ConversationId id, int limit) {
        Objects.requireNonNull(id, "id");
        Ranges.require("limit", limit, 1, PageRequest.MAX_LIMIT);
        return sessions.read(ENTITY, id.value(), session -> Branches.context(session, id, limit));
    }

    @Override
    public Page<Conversation> list(PageRequest request) {
        Objects.requireNonNull(request, "request");
        return sessions.read(ENTITY, null, session -> ALL.fetch(session, request, PagedQuery.Filter.NONE));
    }

    @Override
    public void delete(ConversationId id) {
        Objects.requireNonNull(id, "id");
        sessions.writeMany(ENTITY, id.value(), session -> {
            KeptDeletions.keep(sessions, session, ENTITY, id.value(), CONVERSATIONS, CONVERSATIONS.ID);
            int deleted = session.query(DELETE).set(ID.parameter(), id).update();
            return required(deleted == 0 ? null : id, id);
        });
    }

    private static <T> T required(@Nullable T found, ConversationId id) {
        if (found == null) {
            throw new NotFoundException(ENTITY, id.value());
        }
        return found;
    }
}
