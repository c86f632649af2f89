package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;

/** SQLite's native library, which the driver unpacks into a temporary directory and loads from there. */
final class NativeLibrary {

    /** The driver's own property. Without it the driver uses the JVM's temporary directory. */
    private static final String DIRECTORY = "org.sqlite.tmpdir";

    private static final long SIZE_BYTES = 4_000_000;

    private NativeLibrary() {}

    /**
     * Loads the library before any file is created, so that a failure leaves none behind. Also loads the
     * classes that explain failures, which cannot be loaded when descriptors or memory have run out.
     *
     * @throws UnavailableException if the library cannot be loaded; it names the directory and the property
     *     to set
     */
    static void require() {
        try {
            SQLiteJDBCLoader.initialize();
        } catch (Exception | LinkageError e) {
            throw new UnavailableException("SQLite's native library could not be loaded: " + reason(), e);
        }
        Explanations.load();
    }

    private static String reason() {
        String directory = System.getProperty(DIRECTORY, System.getProperty("java.io.tmpdir"));
        String setAnother = "; name another directory with -D" + DIRECTORY + "=<directory>";
        Path path = Path.of(directory);
        if (!Files.isDirectory(path)) {
            return "the directory " + path + ", into which it is unpacked, does not exist" + setAnother;
        }
        if (!Files.isWritable(path)) {
            return "the directory " + path + ", into which it is unpacked, cannot be written" + setAnother;
        }
        if (path.toFile().getUsableSpace() < SIZE_BYTES) {
            return "the directory " + path + ", into which it is unpacked, is full" + setAnother;
        }
        return "the directory " + path
                + ", into which it is unpacked, may be on a file system from which no program may run"
                + " (noexec), or limited in size" + setAnother + ". Or there is none for this system, which is "
                + System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    }

    /** Its static initializer runs once. */
    private static final class Explanations {

        static {
            SqliteErrors.classify(new SQLException()).whileWriting().toException(null, null);
            FileFacts.prepare();
        }

        static void load() {}
    }
}
