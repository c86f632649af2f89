package dev.modelscan.storage;

/**
 * How far a transaction is isolated from others that run at the same time, as PostgreSQL implements the levels of the
 * SQL standard. SQLite runs one writing transaction after the other, so every transaction is serializable there.
 *
 * @see <a href="https://www.postgresql.org/docs/current/transaction-iso.html">PostgreSQL: Transaction Isolation</a>
 * @since 0.1.0
 */
public enum Isolation {
    /** Each statement sees what was committed before it began. */
    READ_COMMITTED,
    /**
     * All statements see what was committed before the first began. If it writes a row that another transaction has
     * changed since, it is rolled back and run again.
     */
    REPEATABLE_READ,
    /**
     * As if the transactions had run one after the other. One that does not fit such an order is rolled back and run
     * again.
     */
    SERIALIZABLE
}
