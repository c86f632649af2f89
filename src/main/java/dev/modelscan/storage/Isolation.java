package dev.modelscan.storage;

/**
 * How far a transaction is kept apart from others that run at the same time, in the terms of the SQL standard as
 * PostgreSQL keeps them. SQLite runs one writing transaction after the other, so there every transaction is
 * serializable.
 *
 * @see <a href="https://www.postgresql.org/docs/current/transaction-iso.html">PostgreSQL: Transaction Isolation</a>
 * @since 0.1.0
 */
public enum Isolation {
    /** Each statement sees what was committed before it began. */
    READ_COMMITTED,
    /**
     * All statements see what was committed before the first began; a row that another changed since is refused, and
     * run again.
     */
    REPEATABLE_READ,
    /**
     * As if the transactions had run one after the other; what does not fit such an order is refused, and run again.
     */
    SERIALIZABLE
}
