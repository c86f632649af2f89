package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import picocli.CommandLine.Command;

/** Shows the facts about a database. */
@Command(
        name = "status",
        description =
                "Shows the version of the database's schema, its size and what it holds. Creates and migrates nothing.")
final class StatusCommand extends ReadingCommand {

    @Override
    Result execute(Database db) {
        return Status.of(db, place(db));
    }
}
