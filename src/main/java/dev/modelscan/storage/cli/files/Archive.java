package dev.modelscan.storage.cli.files;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Reads zip archives. The JDK does so, unless an entry is compressed by zstd, as those of Inspect are; such archives need a
 * library that only the command line has.
 */
final class Archive implements Closeable {

    private final Reader reader;
    private final Closeable zip;

    private Archive(Reader reader, Closeable zip) {
        this.reader = reader;
        this.zip = zip;
    }

    /** Opens a file of an archive. */
    private interface Reader {
        InputStream read(String entry) throws IOException;
    }

    /** A file in an archive; its size is -1 if that is not known. */
    record Entry(String name, long size) {}

    /** The files in an archive, in its order. */
    static List<Entry> entries(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(entry -> new Entry(entry.getName(), entry.getSize()))
                    .toList();
        } catch (ZipException e) {
            return Zstd.entries(file);
        }
    }

    /** An archive, to read several files of it. */
    static Archive open(Path file) throws IOException {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            return Zstd.open(file);
        }
        return new Archive(entry -> zip.getInputStream(zip.getEntry(entry)), zip);
    }

    /** The bytes of a file in an archive. */
    static InputStream open(Path file, String entry) throws IOException {
        Archive archive = open(file);
        return closing(archive.read(entry), archive);
    }

    /** The bytes of a file. */
    InputStream read(String entry) throws IOException {
        return reader.read(entry);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static InputStream closing(InputStream in, Closeable archive) {
        return new FilterInputStream(in) {
            @Override
            public void close() throws IOException {
                try (archive) {
                    super.close();
                }
            }
        };
    }

    /** Archives that the JDK cannot read. */
    private static final class Zstd {

        static List<Entry> entries(Path file) throws IOException {
            try (var zip = zip(file)) {
                return Collections.list(zip.getEntries()).stream()
                        .filter(entry -> !entry.isDirectory())
                        .map(entry -> new Entry(entry.getName(), entry.getSize()))
                        .toList();
            } catch (LinkageError e) {
                throw missing();
            }
        }

        static Archive open(Path file) throws IOException {
            try {
                var zip = zip(file);
                return new Archive(entry -> read(zip, entry), zip);
            } catch (LinkageError e) {
                throw missing();
            }
        }

        private static InputStream read(org.apache.commons.compress.archivers.zip.ZipFile zip, String entry)
                throws IOException {
            try {
                return zip.getInputStream(zip.getEntry(entry));
            } catch (LinkageError e) {
                throw missing();
            }
        }

        private static org.apache.commons.compress.archivers.zip.ZipFile zip(Path file) throws IOException {
            try {
                return org.apache.commons.compress.archivers.zip.ZipFile.builder()
                        .setPath(file)
                        .get();
            } catch (ZipException e) {
                throw new UnreadableException("is a damaged zip archive");
            }
        }

        private static UnreadableException missing() {
            return new UnreadableException("is a zip archive that the JDK cannot read: it is damaged, or compressed by"
                    + " zstd, which needs org.apache.commons:commons-compress and com.github.luben:zstd-jni on the"
                    + " class path");
        }
    }
}
