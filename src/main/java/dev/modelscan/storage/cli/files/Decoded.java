package dev.modelscan.storage.cli.files;

import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a source as UTF-8, whatever its compression and encoding, told by its first bytes.
 *
 * @param in the text; empty for a database
 * @param database the file, if the source is a SQLite database
 * @param temporary whether that file is to be deleted
 */
record Decoded(InputStream in, @Nullable Path database, boolean temporary) implements AutoCloseable {

    private static final byte[] SQLITE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GZIP = {0x1F, (byte) 0x8B};
    private static final byte[] ZSTD = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final byte[] PARQUET = {'P', 'A', 'R', '1'};
    private static final byte[] UTF_8 = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] UTF_16_LE = {(byte) 0xFF, (byte) 0xFE};
    private static final byte[] UTF_16_BE = {(byte) 0xFE, (byte) 0xFF};
    private static final byte[] UTF_32_LE = {(byte) 0xFF, (byte) 0xFE, 0, 0};
    private static final byte[] UTF_32_BE = {0, 0, (byte) 0xFE, (byte) 0xFF};

    /** Compressed inside compressed occurs, and ends somewhere. */
    private static final int MOST_LAYERS = 3;

    static Decoded of(Input input, InputStream raw) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
        byte[] start = start(in);
        for (int layer = 0; layer < MOST_LAYERS; layer++) {
            if (startsWith(start, GZIP)) {
                in = new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16);
            } else if (startsWith(start, ZSTD)) {
                in = new BufferedInputStream(Zstandard.open(in), 1 << 16);
            } else {
                break;
            }
            start = start(in);
        }
        if (startsWith(start, SQLITE)) {
            return database(input, raw, in);
        }
        refuse(start);
        return new Decoded(text(in, start), null, false);
    }

    static boolean isZip(byte[] start) {
        return startsWith(start, ZIP);
    }

    private static void refuse(byte[] start) throws UnreadableException {
        if (isZip(start)) {
            throw new UnreadableException("is a zip archive inside another file; extract it first");
        }
        if (startsWith(start, PARQUET)) {
            throw new UnreadableException("is a Parquet file; export its rows as JSON Lines, and import those");
        }
        if (startsWith(start, UTF_32_LE) || startsWith(start, UTF_32_BE)) {
            throw new UnreadableException("is UTF-32; convert it to UTF-8");
        }
    }

    private static InputStream text(BufferedInputStream in, byte[] start) throws IOException {
        if (startsWith(start, UTF_8)) {
            in.skipNBytes(UTF_8.length);
            return in;
        }
        if (startsWith(start, UTF_16_LE) || startsWith(start, UTF_16_BE)) {
            in.skipNBytes(UTF_16_LE.length);
            return new Utf16Stream(in, startsWith(start, UTF_16_BE));
        }
        // JSON begins with an ASCII character, and has no NUL.
        if (start.length >= 2 && (start[0] == 0) != (start[1] == 0)) {
            return new Utf16Stream(in, start[0] == 0);
        }
        return in;
    }

    private static Decoded database(Input input, InputStream raw, InputStream in) throws IOException {
        Path path = input.path();
        if (path != null && input.isWholeFile() && startsWith(start(path), SQLITE)) {
            raw.close();
            return new Decoded(InputStream.nullInputStream(), path, false);
        }
        return new Decoded(InputStream.nullInputStream(), TemporaryFiles.copy(in, ".db"), true);
    }

    static byte[] start(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(SQLITE.length);
        }
    }

    private static byte[] start(BufferedInputStream in) throws IOException {
        in.mark(SQLITE.length);
        byte[] start = in.readNBytes(SQLITE.length);
        in.reset();
        return start;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public void close() throws IOException {
        in.close();
        if (temporary && database != null) {
            Files.deleteIfExists(database);
        }
    }
}
