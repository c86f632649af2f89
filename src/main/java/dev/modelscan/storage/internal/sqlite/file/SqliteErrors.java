package dev.modelscan.storage.internal.sqlite.file;

import static java.util.Map.entry;

import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The meaning of SQLite's result codes, which only this class reads. Names and numbers are those of
 * https://www.sqlite.org/rescode.html.
 *
 * <p>An extended code without a row has the meaning of its primary code, which is its lowest byte.
 */
public final class SqliteErrors {

    private static final int ROW_OF_PRIMARY = 0xff;

    private static final int PERM = 3;
    private static final int READONLY = 8;
    private static final int IOERR = 10;
    private static final int CORRUPT = 11;
    private static final int CANTOPEN = 14;
    private static final int AUTH = 23;
    private static final int NOTADB = 26;
    private static final int READONLY_ROLLBACK = 776;
    private static final int CONSTRAINT_TRIGGER = 1811;

    private static final Map<Integer, Kind> MEANING = Map.ofEntries(
            entry(1, Kind.OTHER), // ERROR: mostly SQL that is wrong
            entry(2, Kind.OTHER), // INTERNAL
            entry(PERM, Kind.UNAVAILABLE), // PERM
            entry(4, Kind.OTHER), // ABORT
            entry(5, Kind.BUSY), // BUSY; so are _RECOVERY, _SNAPSHOT and _TIMEOUT
            entry(6, Kind.BUSY), // LOCKED; so are _SHAREDCACHE and _VTAB
            entry(7, Kind.UNAVAILABLE), // NOMEM: SQLite may have rolled back
            entry(READONLY, Kind.READ_ONLY), // READONLY
            entry(264, Kind.UNAVAILABLE), // READONLY_RECOVERY
            entry(520, Kind.UNAVAILABLE), // READONLY_CANTLOCK
            entry(READONLY_ROLLBACK, Kind.UNAVAILABLE), // READONLY_ROLLBACK
            entry(1032, Kind.UNAVAILABLE), // READONLY_DBMOVED
            entry(1288, Kind.UNAVAILABLE), // READONLY_CANTINIT
            entry(1544, Kind.UNAVAILABLE), // READONLY_DIRECTORY
            entry(9, Kind.CANCELLED), // INTERRUPT
            entry(IOERR, Kind.UNAVAILABLE), // IOERR; so are all of its extended codes except the next
            entry(8202, Kind.CORRUPT), // IOERR_DATA: a checksum is wrong
            entry(CORRUPT, Kind.CORRUPT), // CORRUPT; so are _INDEX, _SEQUENCE and _VTAB
            entry(12, Kind.OTHER), // NOTFOUND
            entry(13, Kind.FULL), // FULL: ENOSPC, or max_page_count
            entry(CANTOPEN, Kind.UNAVAILABLE), // CANTOPEN; so are all of its extended codes
            entry(15, Kind.BUSY), // PROTOCOL: a race for the locks of the log was lost many times
            entry(16, Kind.OTHER), // EMPTY
            entry(17, Kind.BUSY), // SCHEMA: another connection kept changing the schema
            entry(18, Kind.TOO_LARGE), // TOOBIG
            entry(19, Kind.INVALID), // CONSTRAINT; so are _CHECK, _NOTNULL, _DATATYPE, _FUNCTION and _VTAB
            entry(787, Kind.FOREIGN_KEY), // CONSTRAINT_FOREIGNKEY
            entry(1555, Kind.PRIMARY_KEY), // CONSTRAINT_PRIMARYKEY
            entry(2579, Kind.PRIMARY_KEY), // CONSTRAINT_ROWID
            entry(2067, Kind.UNIQUE), // CONSTRAINT_UNIQUE
            entry(CONSTRAINT_TRIGGER, Kind.REJECTED), // CONSTRAINT_TRIGGER: RAISE; see classify()
            entry(531, Kind.OTHER), // CONSTRAINT_COMMITHOOK
            entry(2835, Kind.OTHER), // CONSTRAINT_PINNED
            entry(20, Kind.INVALID), // MISMATCH
            entry(21, Kind.OTHER), // MISUSE
            entry(22, Kind.FULL), // NOLFS: the system has no larger files
            entry(AUTH, Kind.UNAVAILABLE), // AUTH
            entry(24, Kind.OTHER), // FORMAT
            entry(25, Kind.OTHER), // RANGE
            entry(NOTADB, Kind.CORRUPT), // NOTADB
            entry(27, Kind.OTHER), // NOTICE
            entry(28, Kind.OTHER)); // WARNING

    private static final Set<Integer> FILE_ERRORS = Set.of(PERM, READONLY, IOERR, CANTOPEN, AUTH);

    /**
     * IOERR_WRITE, _TRUNCATE, _SHMOPEN, _SHMSIZE, _SHMMAP, _MMAP and CANTOPEN. Not _FSYNC: after that the
     * data may be stored.
     */
    private static final Set<Integer> REFUSED_WRITES = Set.of(778, 1546, 4618, 4874, 5386, 6154, CANTOPEN);

    /** How the driver reports a code that it does not know. */
    private static final Pattern UNKNOWN_CODE = Pattern.compile("unknown error:(\\d+)");

    private static final String RESTRICTED = "FOREIGN KEY constraint failed";

    private static final Pattern CONSTRAINT = Pattern.compile("constraint failed: ([^)]+)\\)?");

    private SqliteErrors() {}

    /**
     * The exception's meaning by its code alone; {@link SqliteConnections#classify} also looks at the file.
     */
    public static Failure classify(SQLException e) {
        if (e instanceof StatementCancelledException) {
            return new Failure(Kind.CANCELLED, e.getMessage(), e);
        }
        int code = code(e);
        Kind kind = kind(code);
        if (code != CONSTRAINT_TRIGGER) {
            return new Failure(kind, detail(e), e);
        }
        // SQLite implements ON DELETE RESTRICT as a trigger. Only this text tells it from a RAISE.
        String raised = EngineText.of(driverException(e));
        return raised.equals(RESTRICTED)
                ? new Failure(Kind.FOREIGN_KEY, null, e)
                : new Failure(Kind.REJECTED, raised, e);
    }

    /** The meaning of a code, extended or primary. */
    static Kind kind(int code) {
        Kind kind = MEANING.get(code);
        return kind == null ? MEANING.getOrDefault(code & ROW_OF_PRIMARY, Kind.OTHER) : kind;
    }

    public static boolean isNoDatabase(SQLException e) {
        return code(e) == NOTADB;
    }

    /**
     * Whether a killed process left a transaction that must be rolled back, which this connection may not do.
     */
    public static boolean isHotJournal(SQLException e) {
        return code(e) == READONLY_ROLLBACK;
    }

    /** Whether a flush failed, so that the disk may lack bytes that the system takes for written. */
    public static boolean isFailedFlush(SQLException e) {
        return code(e) == SQLiteErrorCode.SQLITE_IOERR_FSYNC.code;
    }

    /**
     * Whether SQLite reports the file as damaged. It also does so for a page that the system could not read
     * (EIO).
     */
    static boolean mayBeAFailedRead(SQLException e) {
        return code(e) == CORRUPT;
    }

    /** Whether SQLite reports the file as damaged, or as no database. */
    static boolean saysCorrupt(SQLException e) {
        return kind(code(e)) == Kind.CORRUPT;
    }

    /** Whether a file operation failed for a reason that the code does not contain. */
    static boolean isFileError(SQLException e) {
        return FILE_ERRORS.contains(code(e) & ROW_OF_PRIMARY);
    }

    /**
     * Whether a file could not grow or be written. SQLITE_FULL covers only ENOSPC, and not always: a quota
     * (EDQUOT), a limit on file size (EFBIG) and a failing medium are reported with these codes.
     */
    static boolean isRefusedWrite(SQLException e) {
        return REFUSED_WRITES.contains(code(e));
    }

    private static int code(SQLException e) {
        SQLException driver = driverException(e);
        if (!(driver instanceof SQLiteException sqlite)) {
            return driver.getErrorCode();
        }
        if (sqlite.getResultCode() == SQLiteErrorCode.UNKNOWN_ERROR) {
            Matcher matcher = UNKNOWN_CODE.matcher(String.valueOf(sqlite.getMessage()));
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : 1;
        }
        return sqlite.getResultCode().code;
    }

    /** The driver wraps its exception if a batch fails. */
    private static SQLException driverException(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLiteException sqlite) {
                return sqlite;
            }
        }
        return e;
    }

    /** The columns of a constraint. */
    private static @Nullable String detail(SQLException e) {
        Matcher matcher = CONSTRAINT.matcher(String.valueOf(e.getMessage()));
        if (!matcher.find()) {
            return null;
        }
        String what = matcher.group(1);
        boolean columns = what.contains(".") && (!what.contains(" ") || what.contains(", "));
        return columns ? Failure.fields(what) : null;
    }
}
