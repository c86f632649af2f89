package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.blobs.BlobRepository;
import dev.modelscan.storage.conversations.ConversationRepository;
import dev.modelscan.storage.deleted.DeletedRecords;
import dev.modelscan.storage.internal.dsl.CallersQuery;
import dev.modelscan.storage.internal.dsl.CallersTable;
import dev.modelscan.storage.internal.dsl.SqlQueryRun;
import dev.modelscan.storage.internal.dsl.SqlTableRows;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.observation.Observed;
import dev.modelscan.storage.internal.repository.Entities;
import dev.modelscan.storage.internal.repository.Entity;
import dev.modelscan.storage.internal.repository.SqlBlobRepository;
import dev.modelscan.storage.internal.repository.SqlConversationRepository;
import dev.modelscan.storage.internal.repository.SqlDeletedRecords;
import dev.modelscan.storage.queries.MappedTable;
import dev.modelscan.storage.queries.QueryRun;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.queries.TableRows;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The repositories of a database or of a transaction. Each is created on first use, because its class loads
 * its queries. Two threads may create the same one twice, which does no harm.
 */
public abstract class SqlRepositories implements Repositories {

    private final Sessions sessions;
    private final Map<Class<?>, Object> made = new ConcurrentHashMap<>();

    /** All repositories run their work on these sessions. */
    protected SqlRepositories(Sessions sessions) {
        this.sessions = Observed.by(sessions);
    }

    @Override
    public <R> R repository(Class<R> type) {
        Object repository = made.get(Objects.requireNonNull(type, "type"));
        if (repository == null) {
            repository = make(type);
            made.put(type, repository);
        }
        return type.cast(repository);
    }

    private Object make(Class<?> type) {
        if (type == ConversationRepository.class) {
            return new SqlConversationRepository(sessions);
        }
        if (type == BlobRepository.class) {
            return new SqlBlobRepository(sessions);
        }
        if (type == DeletedRecords.class) {
            return new SqlDeletedRecords(sessions);
        }
        for (Entity<?> entity : Entities.ALL) {
            if (entity.repository() == type) {
                return entity.maker().apply(sessions);
            }
        }
        throw new IllegalArgumentException(type.getName() + " is not a repository of the library");
    }

    /** Whether queries of the caller may write. */
    abstract boolean mayWrite();

    @Override
    public <R> QueryRun<R> query(StoredQuery<R> query) {
        Objects.requireNonNull(query, "query");
        return new SqlQueryRun<>(sessions, (CallersQuery<R>) query, mayWrite());
    }

    @Override
    public <K, R> TableRows<K, R> table(MappedTable<K, R> table) {
        return new SqlTableRows<>(sessions, (CallersTable<K, ?, R>) Objects.requireNonNull(table, "table"));
    }
}
