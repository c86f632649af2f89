package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.values.Directories;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads the SQL files of a folder, on the class path or on disk. Read without Flyway, which takes longer to
 * load than an open of a current database takes.
 */
final class MigrationFolder {

    /** The file that lists a folder's files, for class loaders that cannot list a folder. */
    private static final String INDEX = "index";

    private static final String CLASS_PATH = "classpath:";
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final String location;
    private final Map<String, String> files = new TreeMap<>();

    private MigrationFolder(String location) {
        this.location = location;
    }

    /**
     * The texts of a folder's SQL files by their names; empty if there is no such folder, or none in it.
     *
     * @param location with {@code classpath:} or {@code filesystem:}
     * @param loader for the class path
     * @throws SchemaException if it cannot be read
     */
    static Map<String, String> read(String location, ClassLoader loader) {
        MigrationFolder folder = new MigrationFolder(location);
        String path = location.substring(location.indexOf(':') + 1);
        try {
            if (location.startsWith(CLASS_PATH)) {
                folder.readClassPath(path.replaceAll("^/+|/+$", ""), loader);
            } else {
                folder.readDirectory(Path.of(path));
            }
            return folder.files;
        } catch (IOException | URISyntaxException e) {
            throw new SchemaException("the migrations in " + location + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void readClassPath(String path, ClassLoader loader) throws IOException, URISyntaxException {
        URL index = loader.getResource(path + "/" + INDEX);
        if (index != null) {
            for (String name : text(INDEX, bytes(index)).lines().toList()) {
                URL file = loader.getResource(path + "/" + name);
                if (file == null) {
                    throw new SchemaException(
                            location + " lists " + name + " in its file index, and does not hold it; add it, or list"
                                    + " the files that are there",
                            null);
                }
                add(name, bytes(file));
            }
            return;
        }
        // Several jars, and a project's classes and test classes, may each hold the folder.
        for (URL folder : Collections.list(loader.getResources(path))) {
            if (folder.getProtocol().equals("file")) {
                readDirectory(Path.of(folder.toURI()));
            } else if (folder.openConnection() instanceof JarURLConnection jar) {
                readJar(jar);
            } else {
                throw new SchemaException(
                        location + " is in " + folder.getProtocol() + ":, which does not list the files of a folder;"
                                + " list their names, one in a line, in a file index beside them",
                        null);
            }
        }
    }

    private void readDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        for (Path file : Directories.list(directory, name -> name.endsWith(".sql"))) {
            if (Files.isRegularFile(file)) {
                add(String.valueOf(file.getFileName()), Files.readAllBytes(file));
            }
        }
    }

    private void readJar(JarURLConnection connection) throws IOException {
        // A cached jar would stay open, and be seen as it was when it is replaced.
        connection.setUseCaches(false);
        String prefix = String.valueOf(connection.getEntryName()).replaceAll("/*$", "/");
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name =
                        entry.getName().startsWith(prefix) ? entry.getName().substring(prefix.length()) : "";
                if (name.endsWith(".sql") && name.indexOf('/') < 0) {
                    try (InputStream content = jar.getInputStream(entry)) {
                        add(name, content.readAllBytes());
                    }
                }
            }
        }
    }

    private static byte[] bytes(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        try (InputStream content = connection.getInputStream()) {
            return content.readAllBytes();
        }
    }

    private void add(String name, byte[] content) {
        String text = text(name, content);
        String other = files.put(name, text);
        if (other != null && !other.equals(text)) {
            throw new SchemaException(
                    location + " is in several places of the class path, with different files " + name
                            + "; remove one, or give each its own folder",
                    null);
        }
    }

    private String text(String name, byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new SchemaException(location + "/" + name + " is not UTF-8; save it as UTF-8", e);
        }
    }

    /** The loader of the application's classes, which may be above or beside the library's in a container. */
    static ClassLoader applications() {
        @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? librarys() : context;
    }

    static ClassLoader librarys() {
        return MigrationFolder.class.getClassLoader();
    }
}
