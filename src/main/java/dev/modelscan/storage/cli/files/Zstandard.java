package dev.modelscan.storage.cli.files;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Zstandard, by a library that only the command line needs, and only for such files. */
final class Zstandard {

    private Zstandard() {}

    static InputStream open(InputStream in) throws IOException {
        try {
            return new ZstdInputStream(in);
        } catch (LinkageError e) {
            throw new UnreadableException(
                    "is compressed by zstd, and com.github.luben:zstd-jni is not on the class path; add it, or"
                            + " decompress the file with zstd -d");
        }
    }
}
