package dev.modelscan.storage.cli;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.backups.Restored;
import java.nio.file.Path;
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
                    + " run it again."
        },
        modelTransformer = SharedOptions.OfRestore.class)
final class RestoreCommand extends OutputCommand {

    @Parameters(paramLabel = "<backup>", description = "The backup; its manifest is beside it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Path backup;

    @Option(names = "--dry-run", description = "Check the backup, and say what would be replaced.")
    boolean dryRun;

    @Override
    public Integer call() {
        Path file = location.file();
        return show(BackupCommand.watched(this, listener -> {
            if (dryRun) {
                return new BackupSummary.Restore(
                        file.toString(), true, BackupSummary.Entry.of(Backups.verify(backup, listener)), null);
            }
            Restored restored = Backups.restore(backup, file, listener);
            return new BackupSummary.Restore(
                    restored.database().toString(),
                    false,
                    BackupSummary.Entry.of(restored.backup()),
                    restored.kept() == null ? null : restored.kept().toString());
        }));
    }
}
