package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jooq.SQLDialect;

/** The systems that are compared, by the name under which reports show them. */
public enum SystemKind {
    /** This library. */
    LIBRARY("modelscan-storage"),
    /** This library's stored queries. */
    STORED_QUERY("modelscan-storage, stored queries"),
    /** This library's query builder, with the code of {@link #JOOQ}. */
    DSL("modelscan-storage, dsl()"),
    /** Written by hand, each statement prepared once for each connection, text by getString. */
    JDBC("JDBC, cached statements"),
    /** The same, with text read as bytes, which is faster with this driver. */
    JDBC_BYTES("JDBC, cached statements, getBytes"),
    /** Written by hand, a statement prepared for each call. */
    JDBC_STATEMENT_PER_CALL("JDBC, statement per call"),
    /** Plain jOOQ over a pool. */
    JOOQ("jOOQ over HikariCP"),
    /** Jdbi over a pool. */
    JDBI("Jdbi 3 over HikariCP"),
    /** Hibernate over a pool. */
    HIBERNATE("Hibernate 7 over HikariCP");

    private final String label;

    SystemKind(String label) {
        this.label = label;
    }

    /** Those that write: stored queries and {@code db.dsl()} read. */
    public static SystemKind[] writing() {
        return Stream.of(values())
                .filter(kind -> kind != STORED_QUERY && kind != DSL)
                .toArray(SystemKind[]::new);
    }

    /** What reports call it. */
    public String label() {
        return label;
    }

    /**
     * Opens a database that the library has migrated.
     *
     * @param connections how many connections a pool may have; hand-written JDBC has one for each thread
     */
    public StorageSystem open(Path file, Durability durability, int connections) {
        Settings settings = new Settings(file, durability, connections);
        return switch (this) {
            case LIBRARY -> new LibrarySystem(file, durability);
            case STORED_QUERY ->
                new StoredQuerySystem(
                        Database.builder().path(file).durability(durability).open());
            case DSL -> {
                Database database =
                        Database.builder().path(file).durability(durability).open();
                yield new JooqSystem(database.dsl(), database::close);
            }
            case JDBC -> new CachedJdbcSystem(settings, TextReader.STRING);
            case JDBC_BYTES -> new CachedJdbcSystem(settings, TextReader.BYTES);
            case JDBC_STATEMENT_PER_CALL -> new StatementPerCallSystem(settings.pool());
            case JOOQ -> new JooqSystem(settings.pool(), SQLDialect.SQLITE);
            case JDBI -> new JdbiSystem(settings.pool());
            case HIBERNATE -> new HibernateSystem(settings.pool());
        };
    }
}
