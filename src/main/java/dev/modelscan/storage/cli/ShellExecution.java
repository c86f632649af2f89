package dev.modelscan.storage.cli;

import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.StorageException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.jspecify.annotations.Nullable;

/** Runs what is entered into the {@link Shell} in this process, and prints its value as a table if it is one. */
public final class ShellExecution implements ExecutionControlProvider {

    static final String NAME = "modelscan";

    /** For the service loader. */
    public ShellExecution() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
        return new Control(env.userOut());
    }

    private static final class Control extends DirectExecutionControl {

        private final PrintStream out;
        private volatile @Nullable Thread running;

        Control(PrintStream out) {
            this.out = out;
        }

        @Override
        protected String invoke(Method entered) throws Exception {
            running = Thread.currentThread();
            Object value;
            try {
                value = entered.invoke(null);
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof StorageException refused
                        ? new InvocationTargetException(withoutOurFrames(refused))
                        : e;
            } finally {
                running = null;
            }
            ShellTable table = ShellTable.of(value);
            if (table == null) {
                return valueString(value);
            }
            PrintWriter writer =
                    new Screen.ScreenWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), Screen.ofSystem());
            table.print(writer);
            writer.flush();
            return table.summary();
        }

        /** What the library refuses is explained by its message, and by where in what was entered it was called. */
        private static StorageException withoutOurFrames(StorageException refused) {
            StorageException told = refused instanceof ReadOnlyException
                    ? new ReadOnlyException(
                            Messages.inShell(refused), refused.entity(), refused.id(), refused.getCause())
                    : refused;
            StackTraceElement[] entered = entered(refused);
            told.setStackTrace(entered);
            for (Throwable cause = told.getCause(); cause != null; cause = cause.getCause()) {
                cause.setStackTrace(entered(cause));
            }
            return told;
        }

        private static StackTraceElement[] entered(Throwable thrown) {
            return Arrays.stream(thrown.getStackTrace())
                    .filter(frame -> frame.getClassName().startsWith("REPL."))
                    .toArray(StackTraceElement[]::new);
        }

        /** Ctrl-C. A call of the database ends at an interrupt. */
        @Override
        public void stop() {
            Thread entered = running;
            if (entered != null) {
                entered.interrupt();
            }
        }
    }
}
