package dev.modelscan.storage.internal.sqlite.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Creates files that only their owner may read, if the file system supports it. SQLite would create them with
 * 0644.
 */
public final class PrivateFiles {

    private PrivateFiles() {}

    /** Creates an empty file and its missing parent directories; does nothing to a file that exists. */
    public static void create(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            SyncedDirectories.create(parent);
        }
        try {
            Files.createFile(file, permissions(file));
        } catch (FileAlreadyExistsException e) {
            // Another process was faster, or the database existed.
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
