package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What SQLite's errors mean for one file: the code says what failed, a look at the file says why. */
final class FileFailures {

    private static final String READ_FAILED =
            "a part of it could not be read at the first attempt; a check of the whole file found no damage. Try"
                    + " again, and"
                    + " check the disk";

    /** Checking a larger file would block other writers for longer. */
    private static final long MOST_CHECKED_BYTES = 256L << 20;

    private static final String NOT_CHECKED =
            "the file is too large to be checked at once, so it may also be that a part of it could not be read this time";

    private final Path file;
    private final SqliteConnections connections;

    /**
     * Looking at the file system again for the same exception would cost time and might give another answer.
     */
    private volatile @Nullable Failure explained;

    private volatile boolean damaged;

    FileFailures(Path file, SqliteConnections connections) {
        this.file = file;
        this.connections = connections;
    }

    Failure classify(SQLException e) {
        Failure known = explained;
        if (known != null && known.cause() == e) {
            return known;
        }
        Failure failure = SqliteErrors.classify(e);
        if (SqliteErrors.mayBeAFailedRead(e)) {
            if (!damaged && file.toFile().length() > MOST_CHECKED_BYTES) {
                failure = new Failure(failure.kind(), NOT_CHECKED, e);
            } else {
                damaged = damaged || !isWhole();
                failure = damaged ? failure : new Failure(Kind.UNAVAILABLE, READ_FAILED, e);
            }
            explained = failure;
        } else if (SqliteErrors.isFileError(e)) {
            failure = explained(failure);
            explained = failure;
        }
        return failure;
    }

    private Failure explained(Failure failure) {
        if (failure.kind() == Kind.READ_ONLY) {
            String unwritable = FileFacts.whyNotWritten(file);
            return unwritable == null ? failure : new Failure(Kind.UNAVAILABLE, unwritable, failure.cause());
        }
        String full = SqliteErrors.isRefusedWrite(failure.cause()) ? FileFacts.whyNoSpace(file) : null;
        if (full != null) {
            return new Failure(Kind.FULL, full, failure.cause());
        }
        String reason = FileFacts.whyNotOpened(file);
        return reason == null ? failure : new Failure(failure.kind(), reason, failure.cause());
    }

    /**
     * Whether every page of the file can be read now and is intact. SQLite reports a page that the system
     * could not read as damaged. Only reading all pages again tells the two apart.
     */
    private boolean isWhole() {
        boolean logged = Files.exists(SqliteFiles.beside(file, "-wal"));
        try (Connection connection = logged ? connections.openProbe() : connections.openImmutable();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
            return rows.next() && "ok".equals(rows.getString(1));
        } catch (SQLException e) {
            return !SqliteErrors.saysCorrupt(e);
        } catch (StorageException e) {
            return true; // The file was moved, so there is nothing to check.
        }
    }
}
