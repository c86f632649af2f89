package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that works on one database. */
abstract class DatabaseCommand extends OutputCommand {

    static final String DEFAULT_FILE = "~/.modelscan/modelscan.db";
    static final String DEFAULT_DIRECTORY = "~/.modelscan/workspaces";

    @Option(
            names = "--workspace",
            paramLabel = "<name>",
            description = "The workspace; --db is then the directory of the workspaces' files, or the URL.")
    @Nullable
    String workspace;

    abstract Result execute(Database db) throws IOException;

    @Override
    public Integer call() throws IOException {
        try (Database db = open()) {
            Result result = execute(db);
            String missing = result.missing();
            if (json || missing == null) {
                return show(result);
            }
            spec.commandLine()
                    .getOut()
                    .println("no " + (isNarrowed() ? "matching " : "") + missing + " in "
                            + TextTable.printable(place(db)) + whyNone(db));
            return result.exitCode();
        }
    }

    /** Whether options leave a part of the records out. */
    boolean isNarrowed() {
        return false;
    }

    /** Why nothing was found, to be read after the place; empty if there is nothing more to say. */
    String whyNone(Database db) {
        return "";
    }

    /** Opens the named database; the caller closes it. */
    Database open() {
        return builder().open();
    }

    /** The SQLite file. */
    final Path file() {
        Path path = location.path(workspace == null ? DEFAULT_FILE : DEFAULT_DIRECTORY);
        return workspace == null ? path : path.resolve(workspace + ".db");
    }

    final DatabaseBuilder builder() {
        DatabaseBuilder builder = location.builder(workspace == null ? DEFAULT_FILE : DEFAULT_DIRECTORY);
        return workspace == null ? builder : builder.workspace(workspace);
    }

    /** The database's location as shown to the user. */
    final String place(Database db) {
        return Objects.requireNonNullElse(db.file(), Location.shown(String.valueOf(location.database)))
                .toString();
    }
}
