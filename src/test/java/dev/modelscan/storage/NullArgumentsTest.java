package dev.modelscan.storage;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.analytics.Analytics;
import dev.modelscan.storage.audit.AuditLog;
import dev.modelscan.storage.audit.AuditSchedule;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.deleted.DeletedRecordId;
import dev.modelscan.storage.deleted.DeletedRecords;
import dev.modelscan.storage.erasure.Erasure;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.queries.Into;
import dev.modelscan.storage.retention.Retention;
import dev.modelscan.storage.retention.RetentionPolicy;
import dev.modelscan.storage.retention.RetentionSchedule;
import dev.modelscan.storage.search.Search;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.transfer.Transfer;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import dev.modelscan.storage.workspaces.Workspaces;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Null without {@code @Nullable} is a {@link NullPointerException} with the name of the parameter, before the
 * library uses the database. In a record or an id it is an {@link InvalidDataException}, because a value is
 * missing.
 */
class NullArgumentsTest {

    @TempDir
    private Path directory;

    private static final Agent AGENT = Agent.builder().name("a").mode("llm").build();

    private static final Map<Class<?>, Object> SAMPLES = samples();

    private static Map<Class<?>, Object> samples() {
        Map<Class<?>, Object> samples = new LinkedHashMap<>();
        TaskId task = TaskId.next();
        for (Object sample : List.of(
                1,
                1L,
                AGENT.id(),
                task,
                TeamId.next(),
                WorkflowId.next(),
                MessageId.next(),
                ToolExecutionId.next(),
                new ConversationId("c"),
                AGENT,
                Json.emptyObject(),
                Instant.EPOCH,
                PageRequest.first(1),
                new Cursor("x"),
                Isolation.SERIALIZABLE,
                Durability.FULL,
                AgentStatus.IDLE,
                TaskStatus.PENDING,
                WorkflowStatus.PENDING,
                ToolExecutionStatus.PENDING,
                Direction.FORWARD,
                "text",
                Duration.ofSeconds(1),
                Clock.systemUTC(),
                Path.of("unused"))) {
            samples.put(sample.getClass(), sample);
        }
        samples.put(int.class, 1);
        samples.put(long.class, 1L);
        samples.put(Clock.class, Clock.systemUTC());
        samples.put(Path.class, Path.of("unused"));
        samples.put(Collection.class, List.of());
        samples.put(List.class, List.of());
        samples.put(Map.class, Map.of());
        samples.put(Optional.class, Optional.empty());
        samples.put(Consumer.class, (Consumer<Object>) x -> {});
        samples.put(Function.class, (Function<Object, Object>) x -> x);
        samples.put(TxFunction.class, (TxFunction<Object, RuntimeException>) tx -> "");
        samples.put(TxAction.class, (TxAction<RuntimeException>) tx -> {});
        samples.put(org.jooq.Field.class, AGENTS.NAME);
        samples.put(org.jooq.Condition.class, org.jooq.impl.DSL.noCondition());
        samples.put(Supplier.class, (Supplier<Object>) () -> "");
        samples.put(Into.class, Into.into((String name) -> name));
        samples.put(DatabaseBuilder.class, Database.builder());
        samples.put(DeletedRecordId.class, DeletedRecordId.next());
        samples.put(Keep.class, Keep.parse("24h"));
        samples.put(ErasureRequest.class, ErasureRequest.agent(AGENT.id()));
        samples.put(
                RetentionPolicy.class,
                RetentionPolicy.builder().tasks(Duration.ofDays(1)).build());
        samples.put(
                com.fasterxml.jackson.databind.JsonNode.class, com.fasterxml.jackson.databind.node.NullNode.instance);
        return samples;
    }

    private static Object sample(Class<?> type) {
        Object sample = SAMPLES.get(type);
        if (sample != null) {
            return sample;
        }
        // The fields of this record do not matter, because another argument is null.
        return type == Id.class || type == Object.class ? AGENT.id() : null;
    }

    /** Calls it with null for each parameter in turn. Adds the problems that it finds. */
    private static void probe(Executable called, Object target, String name, Class<?> allowed, Set<String> wrong) {
        Class<?>[] types = called.getParameterTypes();
        AnnotatedType[] annotated = called.getAnnotatedParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (types[i].isPrimitive() || annotated[i].isAnnotationPresent(Nullable.class)) {
                continue;
            }
            Object[] arguments = new Object[types.length];
            for (int j = 0; j < types.length; j++) {
                arguments[j] = i == j ? null : sample(types[j]);
            }
            Throwable thrown = call(called, target, arguments);
            boolean named = thrown instanceof NullPointerException
                    && String.valueOf(thrown.getMessage()).matches("[a-z][A-Za-z0-9]*");
            boolean refused = thrown instanceof InvalidDataException && allowed.isInstance(thrown);
            if (!named && !refused) {
                wrong.add(name + " with null for parameter " + i + ": " + thrown);
            }
        }
    }

    private static Throwable call(Executable called, Object target, Object[] arguments) {
        try {
            if (called instanceof Method method) {
                method.setAccessible(true);
                method.invoke(target, arguments);
            } else {
                ((Constructor<?>) called).newInstance(arguments);
            }
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw new AssertionError(called.toString(), e);
        }
    }

    private static void probeMethods(Class<?> type, Object target, Class<?> allowed, Set<String> wrong) {
        for (Method method : type.getMethods()) {
            boolean inherited = method.getDeclaringClass() == Object.class || method.isBridge() || method.isSynthetic();
            boolean callable = target != null || Modifier.isStatic(method.getModifiers());
            boolean ofObject =
                    method.getName().equals("equals") || method.getName().equals("compareTo");
            if (!inherited && callable && !ofObject && !type.isEnum()) {
                probe(method, target, type.getSimpleName() + "." + method.getName(), allowed, wrong);
            }
        }
    }

    private static void probeRepositories(Repositories repositories, Set<String> wrong) throws Exception {
        for (Method accessor : Repositories.class.getMethods()) {
            if (Repository.class.isAssignableFrom(accessor.getReturnType())) {
                probeMethods(
                        accessor.getReturnType(), accessor.invoke(repositories), NullPointerException.class, wrong);
            }
        }
    }

    @Test
    void nullIsNamedByWhateverTakesNone() throws Exception {
        Set<String> wrong = new TreeSet<>();
        try (Database db = Database.inMemory();
                Workspaces workspaces =
                        Database.builder().path(directory.resolve("w")).openWorkspaces()) {
            probeRepositories(db, wrong);
            probeMethods(Database.class, db, NullPointerException.class, wrong);
            probeMethods(Workspaces.class, workspaces, NullPointerException.class, wrong);
            probeMethods(DeletedRecords.class, db.deletedRecords(), NullPointerException.class, wrong);
            probeMethods(Search.class, db.search(), NullPointerException.class, wrong);
            probeMethods(AuditLog.class, db.audit(), NullPointerException.class, wrong);
            probeMethods(Erasure.class, db.erasure(), NullPointerException.class, wrong);
            probeMethods(ErasureRequest.class, ErasureRequest.agent(AGENT.id()), NullPointerException.class, wrong);
            probeMethods(Backups.class, null, NullPointerException.class, wrong);
            probeMethods(RetentionPolicy.Builder.class, RetentionPolicy.builder(), NullPointerException.class, wrong);
            probe(Retention.class.getConstructors()[0], null, "new Retention", NullPointerException.class, wrong);
            probeMethods(RetentionSchedule.class, null, NullPointerException.class, wrong);
            probeMethods(AuditSchedule.class, null, NullPointerException.class, wrong);
            probeMethods(Schedule.class, null, NullPointerException.class, wrong);
            probe(Analytics.class.getConstructors()[0], null, "new Analytics", NullPointerException.class, wrong);
            probeMethods(Analytics.class, new Analytics(db), NullPointerException.class, wrong);
            db.useTx(tx -> {
                probeRepositories(tx, wrong);
                probeMethods(Tx.class, tx, NullPointerException.class, wrong);
                assertThat(tx.agents().list(1, 0)).isEmpty();
            });
            assertThat(workspaces.list()).isEmpty();
        }
        probeMethods(DatabaseBuilder.class, Database.builder(), NullPointerException.class, wrong);
        probeMethods(
                Transfer.class,
                Database.builder().url("jdbc:postgresql://localhost/x").transferFrom(Path.of("unused")),
                NullPointerException.class,
                wrong);
        probeMethods(Conditions.class, null, NullPointerException.class, wrong);
        probeMethods(StoredQueries.class, null, NullPointerException.class, wrong);
        probeMethods(Into.class, null, NullPointerException.class, wrong);
        for (Class<?> type : List.of(Page.class, PageRequest.class, Cursor.class, Json.class)) {
            probeMethods(type, null, NullPointerException.class, wrong);
            for (Constructor<?> constructor : type.getConstructors()) {
                probe(constructor, null, "new " + type.getSimpleName(), NullPointerException.class, wrong);
            }
        }
        for (Class<?> type :
                List.of(AgentStatus.class, TaskStatus.class, WorkflowStatus.class, ToolExecutionStatus.class)) {
            for (Method method : type.getMethods()) {
                if (Modifier.isStatic(method.getModifiers()) && method.getName().startsWith("from")
                        || method.getName().startsWith("of")) {
                    probe(
                            method,
                            null,
                            type.getSimpleName() + "." + method.getName(),
                            NullPointerException.class,
                            wrong);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void anElementThatIsNullIsRefused() {
        Set<String> wrong = new TreeSet<>();
        try (Database db = Database.inMemory()) {
            Map<String, Runnable> calls = Map.of(
                    "createAll", () -> db.agents().createAll(Arrays.asList(AGENT, null)),
                    "setActive", () -> db.agents().setActive(Arrays.asList(AGENT.id(), null)));
            calls.forEach((name, call) -> {
                try {
                    call.run();
                    wrong.add(name);
                } catch (NullPointerException e) {
                    if (!String.valueOf(e.getMessage()).matches("[a-z][A-Za-z0-9]*")) {
                        wrong.add(name + ": " + e);
                    }
                }
            });
            assertThat(wrong).isEmpty();
            assertThat(db.agents().list(1, 0)).isEmpty();
        }
    }

    @Test
    void whatARecordLacksIsNamed() {
        Set<String> wrong = new TreeSet<>();
        List<Class<?>> records = new ArrayList<>();
        Stream.of(
                        Agent.class,
                        Task.class,
                        Team.class,
                        Message.class,
                        ToolExecution.class,
                        Workflow.class,
                        AgentId.class,
                        TaskId.class,
                        TeamId.class,
                        MessageId.class,
                        WorkflowId.class,
                        ToolExecutionId.class,
                        ConversationId.class,
                        ContentType.class)
                .forEach(records::add);
        for (Class<?> type : records) {
            for (Constructor<?> constructor : type.getConstructors()) {
                probe(constructor, null, "new " + type.getSimpleName(), InvalidDataException.class, wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }
}
