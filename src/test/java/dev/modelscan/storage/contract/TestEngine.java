package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What a contract suite needs from a database engine. */
interface TestEngine {

    /** The name in reports. */
    String name();

    /** A builder of a database that is new and empty. */
    DatabaseBuilder builder();

    /** A builder that opens the same database again, like another process; empty if the engine cannot. */
    Optional<DatabaseBuilder> beside(Database database);

    /** The same builder, for a database with few connections if the builder has that option. */
    DatabaseBuilder withConnections(DatabaseBuilder builder, int most);

    /** A connection of the application's own to the database, with a transaction; empty if the engine has none. */
    Optional<Connection> connect(Database database) throws SQLException;

    /** Whether reads continue while a transaction writes, and see only committed data. */
    boolean readsWhileWriting();

    /** A statement that would let a read-only session write. */
    String allowWrites();

    /** A condition that takes the engine a minute. */
    String slowCondition();

    /** Statements that make an update of an agent's mode take a minute. */
    List<String> slowTrigger();

    /** Every way in which a trigger can raise that text. */
    List<String> waysToRaise(String text);

    /**
     * Statements for triggers that raise before an agent with mode {@code forbidden} is written, and before
     * an agent is deleted.
     */
    List<String> rejectingTriggers(String wayToRaise);

    /** Takes back a database that a test has closed. Only {@link #builder} opens it again. */
    default void recycle(Database closed) {}
}
