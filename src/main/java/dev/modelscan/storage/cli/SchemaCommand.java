package dev.modelscan.storage.cli;

import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.SchemaExport;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Commands on the schema, which need no database. */
@Command(name = "schema", description = "Prints the SQL of the migrations.", subcommands = SchemaCommand.Export.class)
final class SchemaCommand extends CommandGroup {

    @Command(
            name = "export",
            description = "Prints migrations as one SQL script, which also writes the history. Opens no database.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Export implements Callable<Integer> {

        @Option(names = "--engine", paramLabel = "<engine>", required = true, description = "sqlite or postgresql.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String engine;

        @Option(
                names = "--from",
                paramLabel = "<version>",
                defaultValue = "0",
                description = "The version that the database has. Default: ${DEFAULT-VALUE}, for a new one.")
        private long from;

        @Option(
                names = "--to",
                paramLabel = "<version>",
                description = "The version to arrive at. Default: the newest.")
        @Nullable
        private Long to;

        @Option(
                names = "--set",
                paramLabel = "<name>=<folder>",
                description = "Print migrations of your own instead: the name of the set, and its folder.")
        @Nullable
        private String set;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public Integer call() {
            long last = to == null ? SchemaExport.NEWEST : to;
            PrintWriter out = spec.commandLine().getOut();
            out.print(
                    set == null
                            ? SchemaExport.sql(engine, from, last)
                            : SchemaExport.sql(engine, given(set), from, last));
            out.flush();
            return 0;
        }

        private static MigrationSet given(String set) {
            int sign = set.indexOf('=');
            if (sign < 0) {
                throw new IllegalArgumentException("--set " + set + " has no =; write <name>=<folder>");
            }
            return new MigrationSet(set.substring(0, sign), "filesystem:" + set.substring(sign + 1));
        }
    }
}
