package dev.modelscan.storage.internal.erasure;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.erasure.HoldingBackup;
import dev.modelscan.storage.internal.engines.Engines;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The backups that may hold what was erased. */
final class ErasureBackups {

    private ErasureBackups() {}

    /** All in the directory that the request names, the oldest first. The clock may have run ahead when one was taken. */
    static List<HoldingBackup> of(ErasureRequest request, Instant now) {
        if (request.backups() == null) {
            return List.of();
        }
        List<Backup> all = Engines.backups().list(request.backups());
        List<Instant> times = all.stream().map(Backup::takenAt).toList();
        Map<Instant, Instant> expiries =
                request.keep() == null ? Map.of() : request.keep().expiries(times, now);
        return all.stream()
                .map(backup -> new HoldingBackup(backup.file(), backup.takenAt(), expiries.get(backup.takenAt())))
                .toList();
    }
}
