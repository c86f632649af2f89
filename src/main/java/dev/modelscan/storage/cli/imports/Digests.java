package dev.modelscan.storage.cli.imports;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** Keys that follow from content: the same content has the same key, in every import. */
public final class Digests {

    private Digests() {}

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A UUID of version 8 (RFC 9562), whose bits the application chooses. */
    static String uuid(String... parts) {
        MessageDigest digest = sha256();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            digest.update(bytes);
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        long high = (hash.getLong() & ~0xF000L) | 0x8000L;
        long low = (hash.getLong() & ~(3L << 62)) | (1L << 63);
        return new UUID(high, low).toString();
    }

    /** Whether a key is one that {@link #uuid} made. Keys of new records are UUIDs of another version. */
    static boolean isUuid(String key) {
        return key.length() == 36 && key.charAt(14) == '8';
    }

    /** The hash of a value as JSON with sorted members, after that of what came before it. */
    static long after(long before, Object value) {
        MessageDigest digest = sha256();
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, before));
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            EventJson.MAPPER.writeValue(out, value);
        } catch (IOException e) {
            throw new UncheckedIOException("a value that was read cannot be written as JSON", e);
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    static String hex(long digest) {
        return HexFormat.of().toHexDigits(digest);
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
