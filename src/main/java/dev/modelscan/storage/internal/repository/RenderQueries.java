package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.postgres.PostgresDialect;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.PackagedQueries;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.io.IOException;
import java.nio.file.Path;

/** Runs in the build after the compiler: renders every compiled query, so that programs need not do it. */
public final class RenderQueries {

    // The classes with compiled queries as constants.
    private static final Class<?>[] HOLDERS = {
        SqlAgentRepository.class,
        SqlWorkflowRepository.class,
        SqlTaskRepository.class,
        SqlMessageRepository.class,
        SqlTeamRepository.class,
        TeamQueries.class,
        SqlToolExecutionRepository.class,
        Maintenance.class
    };

    private RenderQueries() {}

    /** Takes the directory of the classes, and writes the queries into it. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        loadAll();
        Path classes = Path.of(arguments[0]);
        PackagedQueries.write(classes, SqliteDialect.INSTANCE, CompiledQuery.all());
        PackagedQueries.write(classes, PostgresDialect.INSTANCE, CompiledQuery.all());
    }

    /** Loads every compiled query, so that {@link CompiledQuery#all} is complete. */
    static void loadAll() throws ClassNotFoundException {
        for (Class<?> holder : HOLDERS) {
            Class.forName(holder.getName(), true, holder.getClassLoader());
        }
    }
}
