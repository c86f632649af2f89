package dev.modelscan.storage.cli.files;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says why a file cannot be used. */
public final class FileFailure {

    private FileFailure() {}

    /** Java's message is the path alone if the exception's class says why. */
    public static String of(FileSystemException failure) {
        if (failure.getReason() != null) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof AccessDeniedException) {
            return failure.getFile() + " cannot be accessed: permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return failure.getFile() + " does not exist";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return failure.getFile() + " exists already";
        }
        return failure.getFile()
                + (failure instanceof NotDirectoryException ? " is not a directory" : " cannot be used");
    }
}
