package dev.modelscan.storage.cli;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A database that holds what another one does, and whose changes are lost. Of a SQLite file it is a copy, so that nobody waits
 * for it. On a server it is a transaction that is rolled back.
 */
final class DryRun implements AutoCloseable {

    private @Nullable Database db;
    private @Nullable Connection connection;
    private @Nullable OnInterrupt onInterrupt;
    private volatile @Nullable Path temporary;

    /**
     * Opens it; call it once. A database that is missing is empty, and is not made.
     *
     * @throws IllegalArgumentException if the options do not name a database
     */
    Database open(DatabaseCommand command) {
        command.builder();
        Database opened = command.location.isServer() ? onServer(command) : copy(command.file());
        db = opened;
        return opened;
    }

    private Database onServer(DatabaseCommand command) {
        try {
            Connection transaction = command.location.connect();
            connection = transaction;
            transaction.setAutoCommit(false);
            return command.builder()
                    .validateOnly()
                    .joinTransactions(() -> transaction)
                    .open();
        } catch (SchemaException e) {
            long version = e.behindAt().orElseThrow(() -> e);
            if (version == 0) {
                return copy(null);
            }
            throw new SchemaException(
                    "the database has schema version " + version
                            + ", and a dry run on a server migrates nothing; run the command migrate first",
                    version);
        } catch (SQLException e) {
            // The library says in its words what is wrong.
            command.builder().validateOnly().open().close();
            throw new UnavailableException("the server cannot be reached: " + e.getMessage(), e);
        }
    }

    private Database copy(@Nullable Path file) {
        // After Ctrl-C nothing closes what is open.
        onInterrupt = new OnInterrupt(this::delete);
        try {
            Path made = TemporaryFiles.createDirectory();
            temporary = made;
            Path copy = made.resolve("dry-run.db");
            if (file != null && Files.exists(file) && Files.size(file) > 0) {
                Backups.create(file, copy);
            }
            return Database.open(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void delete() {
        Path made = temporary;
        if (made == null) {
            return;
        }
        try {
            TemporaryFiles.delete(renamed(made));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** The command still runs when Ctrl-C is handled. Without the directory's name it can make no file in it. */
    private static Path renamed(Path directory) {
        try {
            return Files.move(directory, directory.resolveSibling(directory.getFileName() + ".deleted"));
        } catch (IOException openOnWindows) {
            return directory;
        }
    }

    @Override
    public void close() {
        if (db != null) {
            db.close();
        }
        try (Connection transaction = connection) {
            if (transaction != null) {
                transaction.rollback();
            }
        } catch (SQLException e) {
            // A connection that is lost has committed nothing.
        }
        if (onInterrupt != null) {
            onInterrupt.close();
        }
        delete();
    }
}
