package dev.modelscan.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import dev.modelscan.storage.workspaces.Workspaces;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What the library asks a server outside of the repositories, as the data source sees it. */
class TransferSessionTest extends TransferFixture {

    /** A statement, and the state of its connection. */
    private record Sent(Connection connection, String sql, boolean autoCommit, boolean readOnly) {}

    private final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<@Nullable Error> failure = new AtomicReference<>();

    /** How many connections the pool gives before it fails. */
    private final AtomicInteger healthy = new AtomicInteger();

    private DatabaseBuilder recorded() {
        PGSimpleDataSource server = new PGSimpleDataSource();
        server.setUrl(PostgresServer.url());
        return Database.builder().dataSource(watched(DataSource.class, server, ""));
    }

    private <T> T watched(Class<T> type, Object target, String prepared) {
        return type.cast(Proxy.newProxyInstance(
                TransferSessionTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Error error = failure.get();
                    if (error != null
                            && target instanceof DataSource
                            && method.getName().equals("getConnection")
                            && healthy.getAndDecrement() <= 0) {
                        throw error;
                    }
                    Object result;
                    try {
                        result = method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                    String sql = arguments != null && arguments[0] instanceof String text ? text : prepared;
                    if (target instanceof Statement statement
                            && method.getName().startsWith("execute")) {
                        note(statement.getConnection(), sql);
                    }
                    return result instanceof Connection && target instanceof DataSource
                                    || result instanceof Statement && target instanceof Connection
                            ? watched(method.getReturnType(), result, sql)
                            : result;
                }));
    }

    private void note(Connection connection, String sql) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW transaction_read_only")) {
            row.next();
            sent.add(new Sent(connection, sql, autoCommit, row.getBoolean(1)));
        }
    }

    /** Behind a pooler two statements without a transaction may reach two servers, or a read-only one. */
    @ParameterizedTest
    @ValueSource(strings = {"missing", "empty", "unfinished"})
    void aDryRunReadsTheTargetInOneTransactionThatOnlyReads(String state) {
        fillOddly();
        if (state.equals("empty")) {
            target().open().close();
        } else if (state.equals("unfinished")) {
            stopAt(TransferProgress.Phase.COPY, 3);
        }

        TransferEstimate estimate =
                recorded().workspace(workspace).transferFrom(file).dryRun();

        assertThat(estimate.resumes()).isEqualTo(state.equals("unfinished"));
        List<Sent> ofTarget = sent.stream()
                .filter(each -> !each.sql().contains("pg_backend_pid()"))
                .filter(each -> !each.sql().contains("current_setting('server_"))
                .toList();
        assertThat(ofTarget).hasSizeGreaterThan(5).noneMatch(Sent::autoCommit).allMatch(Sent::readOnly);
        assertThat(ofTarget.stream().map(Sent::connection).distinct()).hasSize(1);
        assertThat(ofTarget.stream().filter(each -> each.sql().startsWith("SET TRANSACTION")))
                .hasSize(1);
    }

    @Test
    void aPromotionAsksTheTargetNothingOutsideOfATransaction() {
        fillOddly();
        stopAt(TransferProgress.Phase.COPY, 3);

        recorded().workspace(workspace).transferFrom(file).run();

        assertThat(sent.stream()
                        .filter(Sent::autoCommit)
                        .map(Sent::sql)
                        .filter(sql -> sql.contains(workspace) || sql.contains("to_regclass")))
                .noneMatch(sql -> !sql.contains(".modelscan_schema_history"));
    }

    /** A method that a library lacks fails at its first call, which may be after the open. */
    @Test
    void aLibraryThatIsTooOldIsNamedWhateverIsCalledFirst() {
        fillOddly();
        target().open().close();
        try (Workspaces workspaces = recorded().openWorkspaces()) {
            Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
            calls.put("open", () -> workspaces.open(workspace));
            calls.put("list", workspaces::list);
            calls.put("notes", workspaces::notes);
            calls.put("exists", () -> workspaces.exists(workspace));
            calls.put("create", () -> workspaces.create("another"));
            calls.put("drop", () -> workspaces.drop(workspace, workspace));
            calls.put(
                    "transfer",
                    () -> recorded().workspace(workspace).transferFrom(file).run());
            calls.put(
                    "dryRun",
                    () -> recorded().workspace(workspace).transferFrom(file).dryRun());
            calls.put("connect", () -> recorded().openWorkspaces());
            List<String> names = workspaces.list();
            assertThat(names).contains(workspace);
            failure.set(new NoSuchMethodError("'void org.postgresql.Driver.foo()'"));
            calls.forEach((name, call) -> assertThatThrownBy(call)
                    .as(name)
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("org.postgresql:postgresql")
                    .hasMessageContaining("too old"));
            failure.set(null);
        }
    }

    /** The list is read first, on a connection of the pool; the migrations have their own. */
    @Test
    void aLibraryThatIsTooOldIsNamedWhenWorkspacesAreMigrated() {
        target().open().close();
        try (Workspaces workspaces = recorded().openWorkspaces()) {
            healthy.set(1);
            failure.set(new NoSuchMethodError("'void org.postgresql.Driver.foo()'"));
            List<WorkspaceMigration> migrations = workspaces.migrateAll(1, progress -> {});
            assertThat(migrations).isNotEmpty().allSatisfy(migration -> assertThat(migration.failure())
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("org.postgresql:postgresql"));
        }
    }
}
