package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.deleted.DeletedRecordId;
import dev.modelscan.storage.deleted.DeletedRecords;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.internal.values.TimeBounds;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

public final class SqlDeletedRecords implements DeletedRecords {

    private static final String ENTITY = "deleted record";

    /** How many each transaction purges, so that others wait for one only briefly. */
    private static final int BATCH = 100;

    static final Columns<DeletedRecord> COLUMNS = new Columns<>(ENTITY);
    static final Column<DeletedRecord, DeletedRecordId> ID =
            COLUMNS.add("id", Codec.id(DeletedRecordId::new), () -> DELETED_RECORDS.ID, DeletedRecord::id);
    private static final Column<DeletedRecord, String> KIND =
            COLUMNS.add("kind", Codec.TEXT, () -> DELETED_RECORDS.KIND, DeletedRecord::kind);
    private static final Column<DeletedRecord, String> RECORD_ID =
            COLUMNS.add("recordId", Codec.TEXT, () -> DELETED_RECORDS.RECORD_ID, DeletedRecord::recordId);
    private static final Column<DeletedRecord, String> DELETED_BY =
            COLUMNS.add("deletedBy", Codec.TEXT, () -> DELETED_RECORDS.DELETED_BY, DeletedRecord::deletedBy);
    private static final Column<DeletedRecord, Integer> SCHEMA_VERSION = COLUMNS.add(
            "schemaVersion", Codec.INTEGER, () -> DELETED_RECORDS.SCHEMA_VERSION, DeletedRecord::schemaVersion);
    static final Column<DeletedRecord, Instant> DELETED_AT =
            COLUMNS.add("deletedAt", Codec.TIME, () -> DELETED_RECORDS.DELETED_AT, DeletedRecord::deletedAt);

    static final CompiledQuery<Void> INSERT =
            CompiledQuery.command("deletedRecord.insert", () -> DSL.insertInto(DELETED_RECORDS, COLUMNS.fields())
                    .values(COLUMNS.params()));

    static final CompiledQuery<Void> DELETE = CompiledQuery.command(
            "deletedRecord.delete", () -> DSL.deleteFrom(DELETED_RECORDS).where(ID.isParameter()));

    private static final CompiledQuery<DeletedRecord> BY_ID =
            CompiledQuery.rows("deletedRecord.byId", SqlDeletedRecords::map, () -> DSL.select(COLUMNS.fields())
                    .from(DELETED_RECORDS)
                    .where(ID.isParameter()));

    /** Keeps others from restoring or purging it until the transaction ends. */
    private static final CompiledQuery<DeletedRecord> HOLD =
            CompiledQuery.rows("deletedRecord.hold", SqlDeletedRecords::map, () -> DSL.select(COLUMNS.fields())
                    .from(DELETED_RECORDS)
                    .where(ID.isParameter())
                    .forUpdate());

    private static final CompiledQuery<DeletedRecord> NEWEST =
            CompiledQuery.rows("deletedRecord.newest", SqlDeletedRecords::map, () -> DSL.select(COLUMNS.fields())
                    .from(DELETED_RECORDS)
                    .where(KIND.isParameter())
                    .and(RECORD_ID.isParameter())
                    .orderBy(DELETED_RECORDS.DELETED_AT.desc(), DELETED_RECORDS.ID.desc())
                    .limit(DSL.inline(1)));

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    /** Locks the oldest, and leaves out those that another transaction purges or restores. */
    private static final CompiledQuery<DeletedRecordId> OLDEST = CompiledQuery.rows(
            "deletedRecord.oldest", row -> row.get(Codec.id(DeletedRecordId::new), 1), () -> DSL.select(
                            DELETED_RECORDS.ID)
                    .from(DELETED_RECORDS)
                    .where(DELETED_RECORDS.DELETED_AT.lt(DELETED_AT.parameter().param()))
                    .orderBy(DELETED_RECORDS.DELETED_AT, DELETED_RECORDS.ID)
                    .limit(Mapping.LIMIT.param())
                    .forUpdate()
                    .skipLocked());

    private static final CompiledQuery<Void> DELETE_SOME =
            CompiledQuery.command("deletedRecord.deleteSome", () -> DSL.deleteFrom(DELETED_RECORDS)
                    .where(DELETED_RECORDS.ID.in(IdList.select(IDS.param(), DELETED_RECORDS.ID))));

    private static final List<PagedQuery.Key<DeletedRecord>> ORDER =
            List.of(PagedQuery.ascending(DELETED_AT), PagedQuery.ascending(ID));
    private static final PagedQuery.Rows<DeletedRecord> ROWS =
            new PagedQuery.Rows<>(() -> DELETED_RECORDS, COLUMNS, SqlDeletedRecords::map);
    private static final PagedQuery<DeletedRecord> ALL =
            new PagedQuery<>("deletedRecord.page", ROWS, PagedQuery::noCondition, ORDER);
    private static final PagedQuery<DeletedRecord> BY_KIND =
            new PagedQuery<>("deletedRecord.byKind", ROWS, KIND::isParameter, ORDER);

    private final Sessions sessions;

    public SqlDeletedRecords(Sessions sessions) {
        this.sessions = sessions;
    }

    static DeletedRecord map(Row row) throws SQLException {
        return new DeletedRecord(
                /* id= */ row.get(ID),
                /* kind= */ row.get(KIND),
                /* recordId= */ row.get(RECORD_ID),
                /* deletedBy= */ row.find(DELETED_BY),
                /* schemaVersion= */ row.get(SCHEMA_VERSION),
                /* deletedAt= */ row.get(DELETED_AT));
    }

    @Override
    public DeletedRecord get(DeletedRecordId id) {
        Objects.requireNonNull(id, "id");
        return sessions.read(
                ENTITY,
                id.value(),
                session -> required(session.query(BY_ID).set(ID.parameter(), id).first(), id));
    }

    @Override
    public Optional<DeletedRecord> findNewest(String kind, String recordId) {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(recordId, "recordId");
        return TextRules.isStorable(kind) && TextRules.isStorable(recordId)
                ? sessions.read(
                        ENTITY,
                        recordId,
                        session -> Optional.ofNullable(session.query(NEWEST)
                                .set(KIND.parameter(), kind)
                                .set(RECORD_ID.parameter(), recordId)
                                .first()))
                : Optional.empty();
    }

    @Override
    public Page<DeletedRecord> list(PageRequest request) {
        Objects.requireNonNull(request, "request");
        return sessions.read(ENTITY, null, session -> ALL.fetch(session, request, PagedQuery.Filter.NONE));
    }

    @Override
    public Page<DeletedRecord> listByKind(String kind, PageRequest request) {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(request, "request");
        return TextRules.isStorable(kind)
                ? sessions.read(
                        ENTITY,
                        null,
                        session -> BY_KIND.fetch(session, request, execution -> execution.set(KIND.parameter(), kind)))
                : new Page<>(List.of(), Optional.empty());
    }

    @Override
    public DeletedRecord restore(DeletedRecordId id) {
        Objects.requireNonNull(id, "id");
        return sessions.writeMany(ENTITY, id.value(), session -> {
            // An erasure that has searched already would not find the rows that come back.
            sessions.takeTurn(session, Changes.TURN);
            DeletedRecord deleted =
                    required(session.query(HOLD).set(ID.parameter(), id).first(), id);
            Restoration.restore(sessions, session, deleted);
            purge(session, id);
            return deleted;
        });
    }

    @Override
    public void purge(DeletedRecordId id) {
        Objects.requireNonNull(id, "id");
        sessions.writeMany(ENTITY, id.value(), session -> purge(session, id));
    }

    private static DeletedRecordId purge(Session session, DeletedRecordId id) throws SQLException {
        int purged = session.query(DELETE).set(ID.parameter(), id).update();
        return required(purged == 0 ? null : id, id);
    }

    @Override
    public int purgeDeletedBefore(Instant time) {
        Objects.requireNonNull(time, "time");
        Instant before = TimeBounds.end(time);
        int all = 0;
        while (true) {
            int purged = sessions.<Integer>writeMany(ENTITY, null, session -> purgeSome(session, before, BATCH));
            all += purged;
            if (purged < BATCH) {
                return all;
            }
        }
    }

    /** Purges up to so many that were deleted before a time, the oldest; returns how many. */
    static int purgeSome(Session session, Instant before, int most) throws SQLException {
        List<DeletedRecordId> ids = session.query(OLDEST)
                .set(DELETED_AT.parameter(), before)
                .set(Mapping.LIMIT, most)
                .list();
        return ids.isEmpty()
                ? 0
                : session.query(DELETE_SOME).set(IDS, IdList.text(ids)).update();
    }

    private static <T> T required(@Nullable T found, DeletedRecordId id) {
        if (found == null) {
            throw new NotFoundException(ENTITY, id.value());
        }
        return found;
    }
}
