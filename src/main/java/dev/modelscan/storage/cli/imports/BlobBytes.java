package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.blobs.BlobId;

/** Reads blobs. */
@FunctionalInterface
public interface BlobBytes {

    /** All bytes of a blob that is referred to. */
    byte[] of(BlobId id);
}
