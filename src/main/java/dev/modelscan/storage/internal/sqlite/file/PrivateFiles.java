package dev.modelscan.storage.internal.sqlite.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes files that only their owner may read, where the file system knows owners. SQLite would make them with 0644. */
public final class PrivateFiles {

    private PrivateFiles() {}

    /** Makes an empty file and its missing parent directories; leaves a file that exists alone. */
    public static void create(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createFile(file, permissions(file));
        } catch (FileAlreadyExistsException e) {
            // Another process was first, or the database is old.
        }
    }

    private static FileAttribute<?>[] permissions(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
