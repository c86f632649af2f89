package dev.modelscan.storage.internal.observation;

import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.metrics.Operation.Kind;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jspecify.annotations.Nullable;

/** Tells the listeners of a database of each statement that its {@code dsl()} runs. */
public final class ObservedStatements implements ExecuteListener {

    private static final long serialVersionUID = 1L;
    private static final String KEY = ObservedStatements.class.getName();

    private final transient Store store;

    public ObservedStatements(Store store) {
        this.store = store;
    }

    @Override
    public void start(ExecuteContext context) {
        context.data(KEY, Observation.begin(store, Kind.SQL, null, null));
    }

    private static @Nullable Observation of(ExecuteContext context) {
        return (Observation) context.data(KEY);
    }

    @Override
    public void executeStart(ExecuteContext context) {
        Observation observation = of(context);
        if (observation != null) {
            observation.sends(String.valueOf(context.sql()));
        }
    }

    @Override
    public void recordEnd(ExecuteContext context) {
        Observation observation = of(context);
        if (observation != null) {
            observation.moved(1);
        }
    }

    @Override
    public void executeEnd(ExecuteContext context) {
        Observation observation = of(context);
        if (observation != null && context.rows() > 0) {
            observation.moved(context.rows());
        }
    }

    @Override
    public void end(ExecuteContext context) {
        Observation observation = of(context);
        if (observation != null) {
            observation.end(context.exception());
        }
    }
}
