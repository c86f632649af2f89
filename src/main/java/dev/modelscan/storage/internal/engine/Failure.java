package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.RejectedException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a driver's exception means, told in the same terms for every engine.
 *
 * @param kind what went wrong
 * @param detail the columns of a constraint, if the engine names them; what a trigger raised; why a statement was cancelled,
 *     or a file, a server or a connection cannot be used
 * @param cause the driver's exception
 */
public record Failure(Kind kind, @Nullable String detail, SQLException cause) {

    private static final String ONLY_READS =
            "the connection for writing turned out to be one that only reads. A file or a server that was read-only when it was"
                    + " opened makes it so, and so does SQL that sets it; try again";

    /** The kinds of failure that callers can tell apart. */
    public enum Kind {
        /** A unique constraint other than the primary key. */
        UNIQUE,
        /** The primary key. */
        PRIMARY_KEY,
        /** A foreign key. */
        FOREIGN_KEY,
        /** A check, not-null or type constraint. */
        INVALID,
        /** A trigger of the application's own; {@code detail} is the text that it raised. */
        REJECTED,
        /** A value larger than the engine can hold. */
        TOO_LARGE,
        /** A lock; trying again may help. */
        BUSY,
        /** A deadlock, or an order of transactions that no serial one gives; running the transaction again may help. */
        SERIALIZATION,
        /** The statement was cancelled. */
        CANCELLED,
        /** The connection to the server is gone, or there is no server yet; another connection may help. */
        CONNECTION_LOST,
        /** A node of the server's cluster is away, which the server says over a connection that is as good as before. */
        NODE_AWAY,
        /** The server has no connection left for anybody. */
        NO_CONNECTION_LEFT,
        /** This connection cannot run the statement, and another may; {@code detail} says why. */
        UNUSABLE,
        /** The role lacks a privilege. */
        DENIED,
        /** No space. The transaction is rolled back, and the connection is not to be trusted. */
        FULL,
        /** The medium failed. The connection is not to be trusted. */
        UNAVAILABLE,
        /** The file is damaged. */
        CORRUPT,
        /** A write over a connection that only reads. */
        READ_ONLY,
        /** The savepoint is gone, and so is its transaction. */
        NO_SAVEPOINT,
        /** Anything else, such as SQL of the caller's own that is wrong. */
        OTHER
    }

    /** Whether the connection must be closed: its state and the driver's idea of it may differ. */
    public boolean breaksConnection() {
        return switch (kind) {
            case FULL, UNAVAILABLE, CORRUPT, CONNECTION_LOST, NO_CONNECTION_LEFT, UNUSABLE -> true;
            default -> false;
        };
    }

    /** Whether the engine refused the values: other values may be taken, and the connection is as before. */
    public boolean refusesData() {
        return switch (kind) {
            case UNIQUE, PRIMARY_KEY, FOREIGN_KEY, INVALID, REJECTED, TOO_LARGE -> true;
            default -> false;
        };
    }

    /** Whether one row of several may be to blame: what the schema refuses, or a trigger of somebody's own. */
    public boolean mayBeOneRows() {
        return refusesData() || kind == Kind.OTHER;
    }

    /** The same on a connection that is meant to write: if that only reads, the caller did nothing wrong. */
    public Failure whileWriting() {
        if (kind != Kind.READ_ONLY) {
            return this;
        }
        return detail == null
                ? new Failure(Kind.UNAVAILABLE, ONLY_READS, cause)
                : new Failure(Kind.UNUSABLE, detail, cause);
    }

    /** Whether an Error of the machine is behind this, which may have come in the midst of an answer to the connection. */
    public static boolean isOfMachine(Throwable t) {
        for (Throwable cause = t; cause != null; cause = cause.getCause()) {
            if (cause instanceof VirtualMachineError || cause instanceof LinkageError) {
                return true;
            }
        }
        return false;
    }

    /** The driver's exception behind an exception of the library or the caller; null if there is none. */
    public static @Nullable SQLException driverException(Throwable t) {
        for (Throwable cause = t; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e) {
                return e;
            }
        }
        return null;
    }

    /** The exception for the caller. */
    public StorageException toException(@Nullable String entity, @Nullable String id) {
        String subject = entity == null ? "query" : id == null ? entity : entity + " " + id;
        return switch (kind) {
            case PRIMARY_KEY, UNIQUE, FOREIGN_KEY, INVALID, REJECTED, TOO_LARGE -> ofData(subject, entity, id);
            case BUSY, SERIALIZATION, NO_CONNECTION_LEFT -> new BusyException(subject + ": " + busy(), cause);
            case CONNECTION_LOST, NODE_AWAY, UNUSABLE, UNAVAILABLE ->
                new UnavailableException(subject + ": " + unavailable(), cause);
            case CANCELLED ->
                new CancelledException(
                        subject + ": the statement was stopped, because " + detailOr("it was cancelled from outside")
                                + "; nothing of its transaction was stored",
                        cause);
            case FULL ->
                new StorageFullException(
                        subject + ": the disk, or the database, is full" + inBrackets()
                                + "; nothing of the transaction was stored",
                        cause);
            case CORRUPT ->
                new CorruptDatabaseException(
                        subject + ": the database is damaged; restore a backup: " + driver(), cause);
            case DENIED ->
                new StorageException(
                        subject + ": " + detailOr("this is not allowed") + ": " + driver(), entity, id, cause);
            case READ_ONLY ->
                new ReadOnlyException(
                        subject + ": db.dsl() only reads; write with db.useTx(tx -> tx.dsl()...)", entity, id, cause);
            case NO_SAVEPOINT, OTHER ->
                new StorageException(
                        subject + ": " + (detail == null ? driver() : detail + ": " + driver()), entity, id, cause);
        };
    }

    private StorageException ofData(String subject, @Nullable String entity, @Nullable String id) {
        String named = entity == null ? "query" : entity;
        return switch (kind) {
            case PRIMARY_KEY -> new ConflictException(subject + " exists already", named, id, cause);
            case UNIQUE ->
                new ConflictException(
                        subject + ": the " + detailOr("key")
                                + " is taken; choose another, or update the record that has it",
                        named,
                        id,
                        cause);
            case FOREIGN_KEY ->
                new ReferenceException(
                        subject + ": a record that it refers to does not exist, or another still refers to it",
                        entity,
                        id,
                        cause);
            case INVALID ->
                new InvalidDataException(
                        named, id, detailOr("value"), "is not allowed by the schema: " + driver(), cause);
            case TOO_LARGE -> new InvalidDataException(named, id, "value", "is too large for the database", cause);
            default -> {
                String reason = detailOr(driver());
                yield new RejectedException(
                        subject + " was rejected by a trigger of the database: " + reason, reason, entity, id, cause);
            }
        };
    }

    private String busy() {
        return switch (kind) {
            case SERIALIZATION ->
                detailOr("other transactions kept getting in its way") + ": " + driver()
                        + "; try again, or make the transaction shorter";
            case NO_CONNECTION_LEFT ->
                "the server has no connection left: " + driver()
                        + "; use fewer or smaller pools, or raise the limit: max_connections of the server, or"
                        + " CONNECTION LIMIT of the role or database";
            default -> detailOr("the database is locked by another connection") + "; try again, or raise busyTimeout";
        };
    }

    private String unavailable() {
        return switch (kind) {
            case CONNECTION_LOST ->
                "the connection to the server was lost, or there is none" + inBrackets() + ": " + driver()
                        + "; nothing of the transaction was stored. The library tries its own work again for"
                        + " busyTimeout, but a function of withTx is not run again";
            case NODE_AWAY ->
                "a node of the cluster cannot be reached" + inBrackets() + ": " + driver()
                        + "; nothing of the transaction was stored, and what lives on other nodes can be used";
            case UNUSABLE -> detail + ": " + driver() + "; nothing of the transaction was stored";
            default -> "the database cannot be read or written: " + detailOr(driver());
        };
    }

    private String driver() {
        return EngineText.of(cause);
    }

    private String detailOr(String otherwise) {
        return detail == null ? otherwise : detail;
    }

    private String inBrackets() {
        return detail == null ? "" : " (" + detail + ")";
    }

    /** {@code agents.name, agents.mode} as {@code name, mode}, in the Java API's spelling. */
    public static String fields(String columns) {
        StringBuilder out = new StringBuilder();
        for (String column : columns.split(",")) {
            String name = column.strip().toLowerCase(Locale.ROOT);
            name = name.substring(name.lastIndexOf('.') + 1);
            out.append(out.isEmpty() ? "" : ", ");
            for (String part : name.split("_")) {
                boolean first = out.isEmpty() || out.charAt(out.length() - 1) == ' ';
                out.append(first || part.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
            }
        }
        return out.toString();
    }
}
