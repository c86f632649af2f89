package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;

/** A command that writes to a database, and neither creates nor migrates it. */
abstract class WritingCommand extends DatabaseCommand {

    @Override
    Database open() {
        return open(false);
    }

    /** Opens the database, only to be read if nothing is to be written. */
    final Database open(boolean readOnly) {
        return readOnly ? builder().readOnly().open() : builder().validateOnly().open();
    }
}
