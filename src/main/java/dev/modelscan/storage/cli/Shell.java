package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Objects;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.jspecify.annotations.Nullable;

/** JShell in this process, on an open database. Public, since what is entered is compiled against it. */
public final class Shell {

    private static final String STARTUP = """
            import dev.modelscan.storage.*;
            import dev.modelscan.storage.agents.*;
            import dev.modelscan.storage.analytics.*;
            import dev.modelscan.storage.blobs.*;
            import dev.modelscan.storage.conversations.*;
            import dev.modelscan.storage.deleted.*;
            import dev.modelscan.storage.models.*;
            import dev.modelscan.storage.queries.*;
            import dev.modelscan.storage.scores.*;
            import dev.modelscan.storage.search.*;
            import dev.modelscan.storage.sources.*;
            import dev.modelscan.storage.tasks.*;
            import dev.modelscan.storage.teams.*;
            import dev.modelscan.storage.tools.*;
            import dev.modelscan.storage.workflows.*;
            import java.nio.file.*;
            import java.time.*;
            import java.util.*;
            import java.util.stream.*;
            import static dev.modelscan.storage.schema.Tables.*;
            import static org.jooq.impl.DSL.*;
            Database db = dev.modelscan.storage.cli.Shell.database();
            """;

    private static volatile @Nullable Database open;

    private Shell() {}

    /** The database of the shell that runs. */
    public static Database database() {
        return Objects.requireNonNull(open, "no shell runs");
    }

    /** Runs a shell until its input ends, and returns the code of its {@code /exit}. One at a time in a process. */
    static int run(Database db, InputStream in, PrintStream out, boolean terminal) throws IOException {
        Path startup = Files.createTempFile("modelscan-shell", ".jsh");
        open = db;
        try {
            Files.writeString(startup, STARTUP, StandardCharsets.UTF_8);
            JavaShellToolBuilder tool = JavaShellToolBuilder.builder().persistence(new HashMap<>());
            ShellInput input = new ShellInput(in);
            ShellOutput output = new ShellOutput(out);
            if (!terminal) {
                PrintStream printed = new PrintStream(output, true, StandardCharsets.UTF_8);
                tool.in(input, null).out(printed).err(printed);
            }
            int code = tool.start(
                    "--execution",
                    ShellExecution.NAME,
                    "--startup",
                    startup.toString(),
                    "--class-path",
                    System.getProperty("java.class.path"),
                    "--feedback",
                    terminal ? "normal" : "concise");
            // JShell says nothing of a statement that is still open when its input ends. To look for it costs a second
            // JShell.
            String unfinished = terminal || code != 0 || output.endsAtNewStatement() ? "" : input.openStatement();
            if (!unfinished.isEmpty()) {
                throw new IOException("the input ended inside a statement, which was not run: " + unfinished);
            }
            return code;
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the shell failed: " + e.getMessage(), e);
        } finally {
            open = null;
            Files.deleteIfExists(startup);
        }
    }
}
