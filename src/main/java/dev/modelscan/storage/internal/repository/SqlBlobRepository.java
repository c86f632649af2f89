package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.blobs.BlobRepository;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.TimeBounds;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

public final class SqlBlobRepository implements BlobRepository {

    private static final String ENTITY = "blob";

    /** A row of SQLite with more bytes is slower to read, one with fewer has more overhead. */
    private static final int CHUNK_BYTES = 256 * 1_024;

    /** How many chunks one batch inserts: 4 MiB. */
    private static final int BATCH = 16;

    /** The longest array that every JVM allows. */
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    static final Columns<Blob> COLUMNS = new Columns<>(ENTITY);
    private static final Column<Blob, BlobId> ID = COLUMNS.add("id", Codec.id(BlobId::new), () -> BLOBS.ID, Blob::id);
    private static final Column<Blob, Long> SIZE = COLUMNS.add("size", Codec.LONG, () -> BLOBS.SIZE, Blob::size);
    private static final Column<Blob, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> BLOBS.CREATED_AT, Blob::createdAt);

    /** Some of the bytes, and their place. */
    private record Chunk(BlobId blobId, int position, byte[] bytes) {}

    private static final Columns<Chunk> CHUNK_COLUMNS = new Columns<>("blobChunk");
    private static final Column<Chunk, BlobId> CHUNK_BLOB_ID =
            CHUNK_COLUMNS.add("blobId", Codec.id(BlobId::new), () -> BLOB_CHUNKS.BLOB_ID, Chunk::blobId);
    private static final Column<Chunk, Integer> POSITION =
            CHUNK_COLUMNS.add("position", Codec.INTEGER, () -> BLOB_CHUNKS.POSITION, Chunk::position);
    private static final Column<Chunk, byte[]> BYTES =
            CHUNK_COLUMNS.add("bytes", Codec.BYTES, () -> BLOB_CHUNKS.BYTES, Chunk::bytes);

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    private static final CompiledQuery<Blob> BY_ID =
            CompiledQuery.rows("blob.byId", SqlBlobRepository::map, () -> DSL.select(COLUMNS.fields())
                    .from(BLOBS)
                    .where(ID.isParameter()));

    private static final CompiledQuery<Void> INSERT =
            CompiledQuery.command("blob.insert", () -> DSL.insertInto(BLOBS, COLUMNS.fields())
                    .values(COLUMNS.params())
                    .onConflict(BLOBS.ID)
                    .doNothing());

    /** Keeps others from deleting the blob until the transaction ends. */
    private static final CompiledQuery<Blob> HOLD =
            CompiledQuery.rows("blob.hold", SqlBlobRepository::map, () -> DSL.select(COLUMNS.fields())
                    .from(BLOBS)
                    .where(ID.isParameter())
                    .forKeyShare());

    private static final CompiledQuery<Void> INSERT_CHUNK =
            CompiledQuery.command("blob.insertChunk", () -> DSL.insertInto(BLOB_CHUNKS, CHUNK_COLUMNS.fields())
                    .values(CHUNK_COLUMNS.params()));

    private static final CompiledQuery<byte[]> CHUNK =
            CompiledQuery.rows("blob.chunk", row -> row.get(BYTES), () -> DSL.select(CHUNK_COLUMNS.fields())
                    .from(BLOB_CHUNKS)
                    .where(CHUNK_BLOB_ID.isParameter())
                    .and(POSITION.isParameter()));

    private static final PagedQuery<Blob> PAGE = new PagedQuery<>(
            "blob.page",
            new PagedQuery.Rows<>(() -> BLOBS, COLUMNS, SqlBlobRepository::map),
            PagedQuery::noCondition,
            List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));

    private static final Parameter<Instant> END = Parameter.of("end", Codec.TIME, () -> BLOBS.CREATED_AT);

    /**
     * Locks the oldest blobs to delete, which an index has in order; leaves out those that somebody is about to refer to.
     * Begins behind a blob, so that those that are in use are asked for once.
     */
    private static final CompiledQuery<Blob> UNUSED =
            CompiledQuery.rows("blob.unused", SqlBlobRepository::map, () -> DSL.select(COLUMNS.fields())
                    .from(BLOBS)
                    .where(DSL.row(BLOBS.CREATED_AT, BLOBS.ID)
                            .gt(DSL.row(
                                    CREATED_AT.parameter().param(),
                                    ID.parameter().param())))
                    .and(BLOBS.CREATED_AT.lt(END.param()))
                    .and(isUnused())
                    .orderBy(BLOBS.CREATED_AT, BLOBS.ID)
                    .limit(Mapping.LIMIT.param())
                    .forUpdate()
                    .skipLocked());

    /** A statement after the lock, so that it sees references that were committed before the lock was had. */
    private static final CompiledQuery<Void> DELETE_UNUSED =
            CompiledQuery.command("blob.deleteUnused", () -> DSL.deleteFrom(BLOBS)
                    .where(BLOBS.ID.in(IdList.select(IDS.param(), BLOBS.ID)))
                    .and(isUnused()));

    /** The smallest id, which no blob has: it would be of bytes whose SHA-256 is 0. */
    private static final BlobId FIRST = new BlobId("0".repeat(64));

    /**
     * Blobs that were looked at together.
     *
     * @param last null if there were none
     */
    private record Some(int deleted, @Nullable Blob last) {}

    private final Sessions sessions;

    public SqlBlobRepository(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Whether neither a message nor a deleted record refers to the blob. */
    private static Condition isUnused() {
        return DSL.notExists(DSL.selectOne().from(MESSAGE_PARTS).where(MESSAGE_PARTS.BLOB_ID.eq(BLOBS.ID)))
                .and(DSL.notExists(DSL.selectOne().from(DELETED_BLOBS).where(DELETED_BLOBS.BLOB_ID.eq(BLOBS.ID))));
    }

    static Blob map(Row row) throws SQLException {
        return new Blob(row.get(ID), row.get(SIZE), row.get(CREATED_AT));
    }

    @Override
    public Blob write(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        try {
            return write(SpooledBytes.of(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Blob write(InputStream bytes) throws IOException {
        Objects.requireNonNull(bytes, "bytes");
        try (SpooledBytes spooled = SpooledBytes.read(bytes)) {
            return write(spooled);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Blob write(SpooledBytes spooled) throws IOException {
        BlobId id = spooled.takeId();
        return sessions.writeMany(ENTITY, id.value(), session -> {
            Blob blob = new Blob(id, spooled.size(), sessions.now());
            while (session.query(INSERT).setAll(COLUMNS, blob).update() == 0) {
                Blob stored = session.query(HOLD).set(ID.parameter(), id).first();
                if (stored != null) {
                    return stored;
                }
                // Somebody deleted it after the insert had found it.
            }
            insertChunks(session, id, spooled);
            return blob;
        });
    }

    private static void insertChunks(Session session, BlobId id, SpooledBytes spooled) throws SQLException {
        try (InputStream from = spooled.open()) {
            int position = 0;
            List<Chunk> batch = new ArrayList<>();
            byte[] bytes = from.readNBytes(CHUNK_BYTES);
            while (bytes.length > 0) {
                batch.add(new Chunk(id, position++, bytes));
                bytes = from.readNBytes(CHUNK_BYTES);
                if (batch.size() == BATCH || bytes.length == 0) {
                    session.query(INSERT_CHUNK).updateAll(CHUNK_COLUMNS, batch);
                    batch.clear();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary file of blob " + id + " cannot be read", e);
        }
    }

    @Override
    public Blob get(BlobId id) {
        return find(id).orElseThrow(() -> new NotFoundException(ENTITY, id.value()));
    }

    @Override
    public Optional<Blob> find(BlobId id) {
        Objects.requireNonNull(id, "id");
        return sessions.read(
                ENTITY,
                id.value(),
                session -> Optional.ofNullable(
                        session.query(BY_ID).set(ID.parameter(), id).first()));
    }

    @Override
    public Page<Blob> list(PageRequest request) {
        Objects.requireNonNull(request, "request");
        return sessions.read(ENTITY, null, session -> PAGE.fetch(session, request, PagedQuery.Filter.NONE));
    }

    @Override
    public byte[] read(BlobId id) {
        Blob blob = get(id);
        if (blob.size() > LONGEST_ARRAY) {
            throw new InvalidDataException(
                    ENTITY, id.value(), "size", "is " + blob.size() + " bytes, which no array can hold; use copy");
        }
        try (InputStream from = open(blob)) {
            byte[] bytes = new byte[(int) blob.size()];
            int read = from.readNBytes(bytes, 0, bytes.length);
            if (read != bytes.length || from.read() >= 0) {
                throw new IllegalStateException("the stream of blob " + id + " has checked its size");
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long copy(BlobId id, OutputStream to) throws IOException {
        Objects.requireNonNull(to, "to");
        try (InputStream from = open(id)) {
            return from.transferTo(to);
        }
    }

    @Override
    public InputStream open(BlobId id) {
        return open(get(id));
    }

    private InputStream open(Blob blob) {
        return new BlobInputStream(blob, position -> chunk(blob.id(), position));
    }

    private byte[] chunk(BlobId id, int position) {
        Optional<byte[]> bytes = sessions.read(
                ENTITY,
                id.value(),
                session -> Optional.ofNullable(session.query(CHUNK)
                        .set(CHUNK_BLOB_ID.parameter(), id)
                        .set(POSITION.parameter(), position)
                        .first()));
        if (bytes.isEmpty()) {
            get(id);
            throw new CorruptDatabaseException(
                    "blob " + id + " lacks its piece " + position + "; restore it from a backup", null);
        }
        return bytes.get();
    }

    @Override
    public int deleteUnused(Instant before) {
        Objects.requireNonNull(before, "before");
        Instant end = TimeBounds.end(before);
        int all = 0;
        Some some = new Some(0, new Blob(FIRST, 0, TimeBounds.EARLIEST));
        while (some.last() != null) {
            Blob last = some.last();
            some = sessions.<Some>writeMany(ENTITY, null, session -> deleteSome(session, last, end));
            all += some.deleted();
        }
        return all;
    }

    /**
     * Deletes up to 10,000.
     *
     * @param after the last one that was looked at
     */
    private static Some deleteSome(Session session, Blob after, Instant end) throws SQLException {
        List<Blob> found = session.query(UNUSED)
                .set(CREATED_AT.parameter(), after.createdAt())
                .set(ID.parameter(), after.id())
                .set(END, end)
                .set(Mapping.LIMIT, PageRequest.MAX_LIMIT)
                .list();
        if (found.isEmpty()) {
            return new Some(0, null);
        }
        List<BlobId> ids = found.stream().map(Blob::id).toList();
        int deleted = session.query(DELETE_UNUSED).set(IDS, IdList.text(ids)).update();
        return new Some(deleted, found.get(found.size() - 1));
    }
}
