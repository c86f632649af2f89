package dev.modelscan.storage.spring;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.Isolation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * How the database is opened. What is not set has the default of {@code DatabaseOptions}.
 *
 * @param enabled whether there is a {@code Database} bean at all
 * @param path the SQLite file; with a workspace the directory of the files
 * @param inMemory a new, empty SQLite database in memory, for tests
 * @param url a PostgreSQL server: jdbc:postgresql://host/database; without path, inMemory and url the application's
 *     DataSource is used
 * @param readUrl the URL that dsl() reads from, such as that of a replica
 * @param user the role to connect as; goes with url
 * @param password the role's password; goes with url
 * @param workspace the name of a workspace: a separate schema on PostgreSQL, a separate file on SQLite
 * @param joinTransactions whether calls take part in the transactions of Spring over the application's DataSource,
 *     which must lead to the same database; by default only if that DataSource is used
 * @param migrations sets of the application's own migrations: a name, and a folder such as classpath:db/app
 * @param validateOnly checks that all migrations were applied, and applies none
 * @param readOnly opens what is there, and writes nothing
 * @param poolSize connections of each of two pools; goes with url
 * @param readers connections that read at the same time; goes with path
 * @param cacheSize how much of SQLite files all connections keep in memory; goes with path
 * @param busyTimeout how long a call waits for others
 * @param connectTimeout how long connecting to a server may take; goes with url
 * @param queryTimeout how long a statement may take; 0 for no limit
 * @param durability what a commit survives; goes with path
 * @param isolation how far transactions are kept apart; PostgreSQL only
 * @param maxJsonDepth the deepest nesting of JSON that is stored
 * @param maxValueSize the longest text or JSON that is stored
 * @param keepDeleted how long deleted records can be restored; 0, the default, for not at all
 * @param slowOperations operations that take that long or longer are logged as warnings
 * @since 0.1.0
 */
@ConfigurationProperties("modelscan.storage")
public record StorageProperties(
        Boolean enabled,
        String path,
        boolean inMemory,
        String url,
        String readUrl,
        String user,
        String password,
        String workspace,
        Boolean joinTransactions,
        Map<String, String> migrations,
        boolean validateOnly,
        boolean readOnly,
        Integer poolSize,
        Integer readers,
        DataSize cacheSize,
        Duration busyTimeout,
        Duration connectTimeout,
        Duration queryTimeout,
        Durability durability,
        Isolation isolation,
        Integer maxJsonDepth,
        DataSize maxValueSize,
        Duration keepDeleted,
        Duration slowOperations) {

    /** Copies the sets of migrations, in their order. */
    public StorageProperties {
        migrations = migrations == null ? Map.of() : new LinkedHashMap<>(migrations);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "StorageProperties[path=" + path + ", inMemory=" + inMemory + ", url=" + url + ", workspace=" + workspace
                + "]";
    }
}
