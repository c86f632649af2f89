package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.deleted.DeletedRecordId;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands for deleted records. Archives as files are written by {@link ExportCommand}. */
@Command(
        name = "archive",
        description = {
            "Lists, restores and purges deleted records, which applications keep with the option keepDeleted.",
            "Archives as files: export --format native."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {ArchiveCommand.ListAll.class, ArchiveCommand.Restore.class, ArchiveCommand.Purge.class})
final class ArchiveCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    @Command(name = "list", description = "Lists deleted records, the oldest first. Makes and migrates nothing.")
    static final class ListAll extends PagedCommand {

        private static final int DEFAULT_LIMIT = 50;

        @Option(
                names = "--kind",
                paramLabel = "<kind>",
                description = "Of this kind, such as conversation, task or \"tool execution\".")
        @Nullable
        String kind;

        @Option(
                names = "--limit",
                paramLabel = "<rows>",
                description = "The most rows, 1 to " + PageRequest.MAX_LIMIT + ". Default: " + DEFAULT_LIMIT)
        int limit = DEFAULT_LIMIT;

        @Override
        Result execute(Database db) {
            PageRequest request = request(limit);
            Page<DeletedRecord> page = kind == null
                    ? db.deletedRecords().list(request)
                    : db.deletedRecords().listByKind(kind, request);
            return new Listed(page.items(), PagedCommand.next(page));
        }

        /** Two keys leave no room for the time of the day; {@code --json} has it. */
        private record Listed(
                List<DeletedRecord> deleted, @Nullable String next) implements Result {
            @Override
            public void print(PrintWriter out) {
                if (deleted.isEmpty()) {
                    out.println("no deleted records");
                    return;
                }
                TextTable table = new TextTable("id", "deleted", "kind", "by", "record");
                for (DeletedRecord record : deleted) {
                    table.row(
                            record.id(),
                            record.deletedAt().toString().substring(0, 10),
                            record.kind(),
                            record.deletedBy() == null ? "" : record.deletedBy(),
                            record.recordId());
                }
                table.print(out);
                if (next != null) {
                    out.println();
                    out.println("More follow: --after " + next);
                }
            }
        }
    }

    @Command(
            name = "restore",
            description = {
                "Puts a deleted record back, with all that was deleted with it, or nothing of it.",
                "Exit code 1 if a name is taken by now, or a record that it refers to is missing."
            })
    static final class Restore extends DatabaseCommand {

        @Parameters(paramLabel = "<id>", description = "The id in the first column of archive list.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String id;

        @Override
        Result execute(Database db) {
            return new Restored(db.deletedRecords().restore(new DeletedRecordId(id)));
        }

        private record Restored(DeletedRecord restored) implements Result {
            @Override
            public void print(PrintWriter out) {
                out.println("restored " + TextTable.printable(restored.kind() + " " + restored.recordId()));
            }
        }
    }

    @Command(
            name = "purge",
            description = {
                "Forgets deleted records for ever: one of them, or all that were deleted before a time.",
                "Killed at any time, run it again: what was purged stays purged."
            })
    static final class Purge extends DatabaseCommand {

        @Parameters(paramLabel = "<id>", arity = "0..1", description = "The id in the first column of archive list.")
        @Nullable
        String id;

        @Option(
                names = "--older-than",
                paramLabel = "<time>",
                converter = Moment.class,
                description = "All that were deleted before then: " + Moment.HELP + ".")
        @Nullable
        Instant olderThan;

        @Override
        Result execute(Database db) {
            if ((id == null) == (olderThan == null)) {
                throw new ParameterException(spec.commandLine(), "Give either an id or --older-than");
            }
            if (olderThan != null) {
                return new Purged(db.deletedRecords().purgeDeletedBefore(olderThan));
            }
            db.deletedRecords().purge(new DeletedRecordId(String.valueOf(id)));
            return new Purged(1);
        }

        private record Purged(int purged) implements Result {
            @Override
            public void print(PrintWriter out) {
                out.println("purged " + purged + (purged == 1 ? " deleted record" : " deleted records"));
            }
        }
    }
}
