package dev.modelscan.storage.cli;

import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.transfer.Transfer;
import dev.modelscan.storage.transfer.TransferProgress;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Transfers a database to PostgreSQL. */
@Command(
        name = "transfer",
        description = {
            "Copies a SQLite database into a workspace on a PostgreSQL server, and compares both row by row.",
            "",
            "The source stays usable. Its state at the start is copied, from a snapshot in a file beside it, which"
                    + " needs as much space and is deleted at the end. The workspace is created if it is missing,"
                    + " and must hold no rows. If a transfer was interrupted, running it again continues where it"
                    + " stopped."
        },
        modelTransformer = SharedOptions.OfTransfer.class)
final class TransferCommand extends OutputCommand {

    @Option(
            names = "--to",
            required = true,
            paramLabel = "<url>",
            description = {"The server:", "jdbc:postgresql://host:port/database"})
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String url;

    @Option(
            names = "--workspace",
            required = true,
            paramLabel = "<name>",
            description = "The workspace, a schema on the server; created if it is missing.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String workspace;

    @Option(names = "--dry-run", description = "Check both sides and every value, and write nothing.")
    boolean dryRun;

    @Option(
            names = "--restart",
            description = "Remove what an unfinished transfer copied, and start again with the source as it is now.")
    boolean restart;

    @Option(
            names = "--leave-behind",
            paramLabel = "<name>",
            description = {
                "A table, view, added column (<table>.<column>), trigger or index of the source that is not the"
                        + " library's, and is not to be copied; may be repeated.",
                "Without it, a source that holds any is rejected with a list of them."
            })
    List<String> leaveBehind = List.of();

    @Override
    public Integer call() {
        // show() prints only after the progress bar has ended.
        return show(transfer());
    }

    private Result transfer() {
        try (PhaseBar bar = new PhaseBar()) {
            Transfer transfer = target().transferFrom(source()).leaveBehind(leaveBehind.toArray(new String[0]));
            if (restart) {
                transfer.restart();
            }
            if (isWatched()) {
                transfer.onProgress((TransferProgress progress) ->
                        bar.show(name(progress.phase()), progress.done(), progress.total()));
            }
            return dryRun
                    ? new TransferSummary.Estimate(workspace, transfer.dryRun())
                    : TransferSummary.of(workspace, transfer.run());
        }
    }

    private static String name(TransferProgress.Phase phase) {
        return switch (phase) {
            case CHECK -> "Checking rows";
            case SNAPSHOT -> "Taking snapshot";
            case COPY -> "Copying rows";
            case INDEX -> "Creating indexes";
            case COMPARE -> "Comparing rows";
        };
    }

    private String source() {
        return location.database == null ? DatabaseCommand.DEFAULT_FILE : location.database;
    }

    private DatabaseBuilder target() {
        if (!Location.isServer(url)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--to " + Location.shown(url) + " is not the URL of a server; write " + Location.URL);
        }
        return location.builderOf(url, System.getenv()).workspace(workspace);
    }
}
