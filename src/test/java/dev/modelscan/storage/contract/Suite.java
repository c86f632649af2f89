package dev.modelscan.storage.contract;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A suite. Each engine runs it as a nested class of its {@link EngineClass}. */
abstract class Suite {

    private @Nullable EngineClass outer;

    /** JUnit alone gives the instance that a nested one is in. */
    @RegisterExtension
    final BeforeEachCallback findsTheOuterClass = context -> outer =
            context.getRequiredTestInstances().findInstance(EngineClass.class).orElse(null);

    TestEngine engine() {
        return Objects.requireNonNull(outer, "the suite is in no EngineClass").engine();
    }
}
