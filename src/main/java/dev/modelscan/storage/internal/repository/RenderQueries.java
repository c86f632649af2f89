package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.engines.MigrationIndex;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.PackagedQueries;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs in the build after the compiler: renders every compiled query, so that programs need not do it, and lists the
 * migrations.
 */
public final class RenderQueries {

    // The classes with compiled queries as constants.
    private static final Class<?>[] HOLDERS = {
        SqlAgentRepository.class,
        SqlWorkflowRepository.class,
        SqlTaskRepository.class,
        SqlMessageRepository.class,
        MessageParts.class,
        Placement.class,
        Paths.class,
        BranchDeletion.class,
        OpenCalls.class,
        Branches.class,
        SqlBlobRepository.class,
        SqlTeamRepository.class,
        TeamQueries.class,
        SqlToolExecutionRepository.class,
        SqlConversationRepository.class,
        ConversationTail.class,
        MessageOrigins.class,
        SqlModelCallRepository.class,
        SqlScoreRepository.class,
        SqlSourceRepository.class,
        Maintenance.class
    };

    private RenderQueries() {}

    /** Takes the directory of the classes, which it writes into, and the directory of the migrations. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Path classes = Path.of(arguments[0]);
        MigrationIndex.write(Path.of(arguments[1]), classes);
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
        loadAll();
        for (Engine engine : Engines.ALL) {
            PackagedQueries.write(classes, engine.dialect(), CompiledQuery.all());
        }
    }

    /** Loads every compiled query, so that {@link CompiledQuery#all} is complete. */
    static void loadAll() throws ClassNotFoundException {
        for (Class<?> holder : HOLDERS) {
            Class.forName(holder.getName(), true, holder.getClassLoader());
        }
    }
}
