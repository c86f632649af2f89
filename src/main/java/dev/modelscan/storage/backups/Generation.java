package dev.modelscan.storage.backups;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A backup that was added to a directory of backups, and those that were deleted after it.
 *
 * @param backup the new one, which was restored for a test
 * @param deleted the files of those that were no longer to be kept, the oldest first
 * @since 0.1.0
 */
public record Generation(Backup backup, List<Path> deleted) {

    public Generation {
        Objects.requireNonNull(backup, "backup");
        deleted = List.copyOf(deleted);
    }
}
