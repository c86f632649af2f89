package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.queries.CommandRun;
import dev.modelscan.storage.queries.QueryParameter;
import org.jspecify.annotations.Nullable;

/** Runs a {@link CallersCommand} on the session of a transaction. */
public final class SqlCommandRun implements CommandRun {

    private final Sessions sessions;
    private final CallersCommand command;
    private final GivenValues values = new GivenValues();

    public SqlCommandRun(Sessions sessions, CallersCommand command) {
        this.sessions = sessions;
        this.command = command;
    }

    @Override
    public <T> CommandRun set(QueryParameter<T> parameter, @Nullable T value) {
        values.set(parameter, value);
        return this;
    }

    @Override
    public int execute() {
        return sessions.write(null, null, session -> {
            Execution<Void> execution = session.query(command.compiled());
            values.bind(execution);
            return execution.update();
        });
    }
}
