package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;

/** A command that only reads a database, and neither creates nor migrates it. */
abstract class ReadingCommand extends DatabaseCommand {

    @Override
    Database open() {
        return builder().readOnly().open();
    }
}
