package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;

/** A command that reads one database, and makes and migrates nothing. */
abstract class ReadingCommand extends DatabaseCommand {

    @Override
    final Database open() {
        return builder().readOnly().open();
    }
}
