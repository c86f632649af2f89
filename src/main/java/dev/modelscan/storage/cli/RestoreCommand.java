package dev.modelscan.storage.cli;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.backups.Restored;
import dev.modelscan.storage.errors.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores a database file from a backup. */
@Command(
        name = "restore",
        description = {
            "Puts a backup in the place of a SQLite database, in one step. Nobody may have the database open.",
            "",
            "The backup is checked before anything is changed, and its copy before it takes the database's place. The"
                    + " old file is deleted at the end; if it cannot be read, it is kept. If a restore was interrupted,"
                    + " run it again.",
            "",
            "A file that exists is replaced only with --force. Without it, the command says what the file holds."
        },
        modelTransformer = SharedOptions.OfRestore.class)
final class RestoreCommand extends OutputCommand {

    @Parameters(paramLabel = "<backup>", description = "The backup; its manifest is beside it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Path backup;

    @Option(names = "--dry-run", description = "Check the backup, and say what would be replaced.")
    boolean dryRun;

    @Option(names = "--force", description = "Replace a file that exists.")
    boolean force;

    @Override
    public Integer call() {
        Path file = location.file();
        if (dryRun && Files.exists(file) && !Files.isRegularFile(file)) {
            throw new StorageException(file + " is not a file; name a file. Nothing was changed", null);
        }
        Present present = Present.in(file);
        return show(BackupCommand.watched(this, listener -> {
            if (dryRun || (present != null && !force)) {
                BackupSummary.Entry checked = BackupSummary.Entry.of(Backups.verify(backup, listener));
                if (!dryRun) {
                    throw new StorageException(file + refusal(Objects.requireNonNull(present), checked, file), null);
                }
                return new BackupSummary.Restore(file.toString(), true, checked, present, null);
            }
            Restored restored = Backups.restore(backup, file, listener);
            return new BackupSummary.Restore(
                    restored.database().toString(),
                    false,
                    BackupSummary.Entry.of(restored.backup()),
                    present,
                    restored.kept() == null ? null : restored.kept().toString());
        }));
    }

    private static String refusal(Present present, BackupSummary.Entry backup, Path file) {
        return present.readable()
                ? " holds " + present.comparedWith(backup) + ". Nothing was changed; --force replaces it"
                : " cannot be read as a database; name another file if it is none. Nothing was changed; --force keeps it as "
                        + file + BackupSummary.KEPT_AS + ", and puts the backup in its place";
    }
}
