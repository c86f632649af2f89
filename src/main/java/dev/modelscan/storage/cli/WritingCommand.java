package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;

/** A command that writes to a database, and neither creates nor migrates it. */
abstract class WritingCommand extends DatabaseCommand {

    @Override
    Database open() {
        return builder().validateOnly().open();
    }
}
