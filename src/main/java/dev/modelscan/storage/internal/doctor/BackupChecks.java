package dev.modelscan.storage.internal.doctor;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.internal.engines.Engines;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Whether there is a backup that can be relied on. One that was never restored counts as none. */
final class BackupChecks {

    private static final Duration OLD = Duration.ofDays(7);

    private BackupChecks() {}

    static List<Finding> of(Path directory, Instant now) {
        List<Backup> all = Engines.backups().list(directory);
        if (all.isEmpty()) {
            return List.of(finding("backup-missing", directory + " holds no whole backup", directory));
        }
        List<Backup> drilled =
                all.stream().filter(backup -> backup.drilledAt() != null).toList();
        if (drilled.isEmpty()) {
            return List.of(finding(
                    "backup-not-drilled", "no backup in " + directory + " was ever restored for a test", directory));
        }
        Instant newest = drilled.get(drilled.size() - 1).takenAt();
        return newest.isBefore(now.minus(OLD))
                ? List.of(finding("backup-old", "the newest backup that was ever restored is of " + newest, directory))
                : List.of();
    }

    private static Finding finding(String code, String cause, Path directory) {
        return Finding.of(
                Severity.WARNING, code, cause, List.of(), "backup --to " + directory + " --keep 24h,7d,4w --every 1h");
    }
}
