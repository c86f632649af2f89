package dev.modelscan.storage.blobs;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;

/**
 * Stores bytes of any length, such as images and files of messages. Equal bytes are stored once, under their SHA-256,
 * however many messages refer to them. They are written and read in pieces of 256 KiB, so neither needs memory for the
 * whole.
 *
 * <p>A blob is deleted with the last reference to it, in the transaction that deletes that. One that nothing has
 * referred to yet stays until {@link #deleteUnused}. Store a blob and the first message that refers to it in one
 * transaction ({@code withTx}): then nobody can delete the blob in between. Each method may also throw what
 * {@link dev.modelscan.storage.Repository} says of every call.
 *
 * @since 0.1.0
 */
public interface BlobRepository {

    /**
     * Stores bytes, unless they are stored already.
     *
     * @return the blob as it is stored
     */
    Blob write(byte[] bytes);

    /**
     * Stores all that a stream holds, unless it is stored already, in memory that does not grow with its length. Of a
     * stream longer than 1 MiB the bytes go to a temporary file first, which only this user can read: so no transaction
     * is open while the stream is read. Inside {@code withTx} the transaction is open meanwhile: read a slow stream
     * before. Does not close the stream.
     *
     * @return the blob as it is stored
     * @throws IOException if the stream cannot be read, or the temporary file cannot be written; nothing was stored
     */
    Blob write(InputStream bytes) throws IOException;

    /**
     * What is known of a blob.
     *
     * @throws NotFoundException if there is none with that id
     */
    Blob get(BlobId id);

    /** What is known of a blob; empty if there is none with that id. */
    Optional<Blob> find(BlobId id);

    /** A page of all blobs, without their bytes, by {@code createdAt}, then id. */
    Page<Blob> list(PageRequest request);

    /**
     * All bytes of a blob, checked against its id. For a blob of unknown size, use {@link #copy}.
     *
     * @throws NotFoundException if there is none with that id
     * @throws InvalidDataException if it is longer than an array can be
     * @throws CorruptDatabaseException if the stored bytes do not have the hash that they had when they were written
     */
    byte[] read(BlobId id);

    /**
     * Writes all bytes of a blob to a stream, and checks them against its id. Does not close the stream.
     *
     * @return how many bytes were written
     * @throws NotFoundException if there is none with that id, or it was deleted meanwhile
     * @throws CorruptDatabaseException at the end, if the bytes do not have the hash that they had when they were
     *     stored
     * @throws IOException if the stream cannot be written
     */
    long copy(BlobId id, OutputStream to) throws IOException;

    /**
     * The bytes of a blob as a stream. It reads the next piece when it is needed, and holds no connection in between,
     * so it need not be closed. Inside a transaction it can be read until that ends. Reading throws what {@link #copy}
     * throws, a {@link CorruptDatabaseException} at the end of the stream.
     *
     * @throws NotFoundException if there is none with that id
     */
    InputStream open(BlobId id);

    /**
     * Deletes the blobs that nothing refers to and that were first stored before a time. What was stored later stays,
     * since the message that will refer to it may be on its way. Each transaction deletes up to 10,000, so that others
     * can write in between; inside {@code withTx} all of it is that transaction. If it is interrupted, what has been
     * deleted stays so, and another call goes on.
     *
     * @return how many were deleted
     */
    int deleteUnused(Instant before);
}
