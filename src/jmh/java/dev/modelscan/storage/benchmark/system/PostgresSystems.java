package dev.modelscan.storage.benchmark.system;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.Database;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.SQLDialect;

/** The systems that are compared on PostgreSQL, by the name under which reports show them. */
public final class PostgresSystems {

    /** JDBC by hand. */
    public static final String JDBC = "JDBC, the driver's statement cache";

    /** Those that the library sets by itself: a server or a network that does not answer is noticed by all systems alike. */
    private static final String TIMEOUTS =
            "&socketTimeout=610&options=-c%20statement_timeout=600000%20-c%20lock_timeout=5000";

    private PostgresSystems() {}

    /** Opens all of them on one schema that the library has migrated. */
    public static Map<String, StorageSystem> open(String url, String schema) {
        String inSchema = url + (url.contains("?") ? "&" : "?") + "currentSchema=" + schema + TIMEOUTS;
        Map<String, StorageSystem> systems = new LinkedHashMap<>();
        systems.put(
                SystemKind.LIBRARY.label(),
                new LibrarySystem(Database.builder().url(url).workspace(schema).open()));
        systems.put(
                SystemKind.STORED_QUERY.label(),
                new StoredQuerySystem(
                        Database.builder().url(url).workspace(schema).open()));
        systems.put(JDBC, new PostgresJdbcSystem(inSchema));
        systems.put(SystemKind.JOOQ.label(), new JooqSystem(pool(inSchema), SQLDialect.POSTGRES));
        return systems;
    }

    private static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(10);
        return new HikariDataSource(config);
    }
}
