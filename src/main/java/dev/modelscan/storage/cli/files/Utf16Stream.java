package dev.modelscan.storage.cli.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** UTF-16 as UTF-8. Half of a surrogate pair becomes a JSON escape, which is what it means inside a string. */
final class Utf16Stream extends InputStream {

    private final InputStream in;
    private final boolean bigEndian;
    private byte[] bytes = new byte[0];
    private int position;
    private int pending = -1;

    Utf16Stream(InputStream in, boolean bigEndian) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.bigEndian = bigEndian;
    }

    @Override
    public int read() throws IOException {
        if (position == bytes.length) {
            int unit = next();
            if (unit < 0) {
                return -1;
            }
            bytes = encode((char) unit);
            position = 0;
        }
        return bytes[position++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int next = read();
            if (next < 0) {
                return count == 0 && length > 0 ? -1 : count;
            }
            target[offset + count++] = (byte) next;
        }
        return count;
    }

    private byte[] encode(char unit) throws IOException {
        if (Character.isHighSurrogate(unit)) {
            int low = next();
            if (low >= 0 && Character.isLowSurrogate((char) low)) {
                return String.valueOf(new char[] {unit, (char) low}).getBytes(StandardCharsets.UTF_8);
            }
            pending = low;
        }
        String text = Character.isSurrogate(unit) ? String.format("\\u%04x", (int) unit) : String.valueOf(unit);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The next code unit; -1 at the end. */
    private int next() throws IOException {
        if (pending >= 0) {
            int unit = pending;
            pending = -1;
            return unit;
        }
        int first = in.read();
        int second = in.read();
        if (second < 0) {
            return -1;
        }
        return bigEndian ? first << 8 | second : second << 8 | first;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
