package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import java.util.List;
import java.util.Optional;

/** What a contract suite needs of a database engine. */
interface TestEngine {

    /** What reports call it. */
    String name();

    /** A builder of a database that is new and empty. */
    DatabaseBuilder builder();

    /** A builder that opens the same database once more, as another process would; nothing where the engine cannot. */
    Optional<DatabaseBuilder> beside(Database database);

    /** The same builder, of a database that has few connections, if that is for the builder to say. */
    DatabaseBuilder withConnections(DatabaseBuilder builder, int most);

    /** Whether reads go on, and see what is committed, while a transaction writes. */
    boolean readsWhileWriting();

    /** A statement by which a session that only reads would be allowed to write. */
    String allowWrites();

    /** A condition of a query that the engine thinks about for a minute. */
    String slowCondition();

    /** Statements by which an update of an agent's mode takes a minute. */
    List<String> slowTrigger();

    /** Every way in which a trigger can raise that text. */
    List<String> waysToRaise(String text);

    /** Statements for triggers that raise, before an agent is written whose mode is {@code forbidden}, or one is deleted. */
    List<String> rejectingTriggers(String wayToRaise);

    /** Takes a database back that a test closed; nobody opens it again but by {@link #builder}. */
    default void recycle(Database closed) {}
}
