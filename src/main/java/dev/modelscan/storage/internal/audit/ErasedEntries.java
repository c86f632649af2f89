package dev.modelscan.storage.internal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.values.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/**
 * The entries that one erasure has erased, in the order of their positions: how many, and the SHA-256 of what stays of them, a line
 * {@code position:time:table:action:hash of the payload} for each.
 */
public final class ErasedEntries {

    private static final String COUNT = "auditEntries";
    private static final String DIGEST = "auditDigest";

    private final MessageDigest digest = Sha256.digest();
    private long count;
    private long first;

    public void add(ChainEntry entry) {
        first = count == 0 ? entry.position() : first;
        count++;
        String line = entry.position() + ":" + Formats.INSTANT.encode().apply(entry.at()) + ":" + entry.table() + ":"
                + entry.action() + ":" + entry.payloadHash() + "\n";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
    }

    public long count() {
        return count;
    }

    /** The position of the first of them; 0 if there is none. */
    long first() {
        return first;
    }

    /** Adds to a receipt what {@link #areThoseOf} compares; to be called once, at the end. */
    public void addTo(Map<String, Object> receipt) {
        receipt.put(COUNT, count);
        receipt.put(DIGEST, HexFormat.of().formatHex(digest.digest()));
    }

    /** Whether a receipt is about these entries; to be called once, at the end. */
    boolean areThoseOf(JsonNode receipt) {
        return receipt.path(COUNT).asLong(-1) == count
                && receipt.path(DIGEST).asText().equals(HexFormat.of().formatHex(digest.digest()));
    }
}
