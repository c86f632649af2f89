package dev.modelscan.storage.cli.files;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One source of bytes.
 *
 * @param name that of its workflow: the file's name, or {@code -}
 * @param shown its name in messages: the name, after as many folders as tell it from others of that name
 * @param origin where it is: an absolute path, with the entry behind {@code !} in an archive; or {@code -}
 * @param path the file, or the archive; null for a stream
 * @param found whether it was found in a directory or an archive, and not named: it may then be something else
 * @param size its bytes, as they are stored; -1 if that is not known
 * @param opener opens the bytes
 */
public record Input(
        String name, String shown, String origin, @Nullable Path path, boolean found, long size, Opener opener) {

    /** Opens a source's bytes. */
    @FunctionalInterface
    public interface Opener {
        InputStream open() throws IOException;
    }

    /** A file. */
    static Input file(Path path, boolean found) throws IOException {
        Path name = path.getFileName();
        String shown = name == null ? path.toString() : name.toString();
        return new Input(
                shown,
                shown,
                path.toRealPath().toString(),
                path,
                found,
                Files.size(path),
                () -> Files.newInputStream(path));
    }

    /** A pipe or a device, which can be read once, such as what a shell makes of {@code <(…)}. */
    static Input pipe(Path path) {
        String name = path.toString();
        // A stream of Files would seek, which a pipe cannot.
        return new Input(name, name, name, null, false, -1, () -> new FileInputStream(path.toFile()));
    }

    /** The same source, with its bytes from elsewhere. */
    Input opening(Opener bytes) {
        return new Input(name, shown, origin, path, found, size, bytes);
    }

    /** The same source, under another name in messages. */
    Input shownAs(String words) {
        return new Input(name, words, origin, path, found, size, opener);
    }

    /** Its bytes, as they are stored. */
    public InputStream open() throws IOException {
        return opener.open();
    }

    /** A stream that can be read once. */
    public static Input stream(String name, InputStream in) {
        return new Input(name, name, name, null, false, -1, () -> in);
    }

    /** Whether the source is all that {@link #path} holds, and no entry of it. */
    public boolean isWholeFile() throws IOException {
        return path != null && origin.equals(path.toRealPath().toString());
    }
}
