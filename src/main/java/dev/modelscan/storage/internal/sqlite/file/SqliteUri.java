package dev.modelscan.storage.internal.sqlite.file;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A file's path as a SQLite URI. Every byte with a special meaning is escaped. */
final class SqliteUri {

    private SqliteUri() {}

    static String of(Path file) {
        return "file:" + escape(file);
    }

    private static String escape(Path absolute) {
        StringBuilder out = new StringBuilder();
        String path = absolute.toString().replace(File.separatorChar, '/');
        if (!path.startsWith("/")) {
            out.append('/');
        }
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "/-_.~:".indexOf(c) >= 0);
            if (plain) {
                out.append(c);
            } else {
                out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }
}
