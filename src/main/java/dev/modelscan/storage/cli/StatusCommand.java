package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import picocli.CommandLine.Command;

/** Opens a database, which makes and migrates it where needed, and says what it holds. */
@Command(
        name = "status",
        description = "Opens the database, making and migrating it where needed, and shows what it holds.")
final class StatusCommand extends DatabaseCommand {

    @Override
    Result execute(Database db) {
        return Status.of(db, place(db));
    }
}
