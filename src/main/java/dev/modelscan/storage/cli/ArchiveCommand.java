package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.deleted.DeletedRecordId;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The commands for deleted records. Archives as files are written by {@link ExportCommand}. */
@Command(
        name = "archive",
        description = {
            "Lists, restores and purges deleted records, which applications keep with the option keepDeleted.",
            "Archives as files: export --format native."
        },
        subcommands = {ArchiveCommand.ListAll.class, ArchiveCommand.Restore.class, ArchiveCommand.Purge.class})
final class ArchiveCommand extends CommandGroup {

    @Command(name = "list", description = "Lists deleted records, the oldest first. Creates and migrates nothing.")
    static final class ListAll extends PagedCommand {

        private static final int DEFAULT_LIMIT = 50;

        /** As {@link DeletedRecord#kind} names them. */
        private static final List<String> KINDS = List.of(
                "agent",
                "team",
                "workflow",
                "task",
                "conversation",
                "message",
                "tool execution",
                "model call",
                "score",
                "source");

        @Option(
                names = "--kind",
                paramLabel = "<kind>",
                description = "Only this kind, such as conversation, task or \"tool execution\".")
        @Nullable
        String kind;

        ListAll() {
            super(DEFAULT_LIMIT, PageRequest.MAX_LIMIT);
        }

        @Override
        Result execute(Database db) {
            PageRequest request = request();
            Page<DeletedRecord> page = kind == null
                    ? db.deletedRecords().list(request)
                    : db.deletedRecords().listByKind(kind, request);
            if (kind != null && page.items().isEmpty() && !KINDS.contains(kind)) {
                throw wrong("--kind " + kind + " is none of " + String.join(", ", KINDS));
            }
            return new Listed(page.items(), PagedCommand.next(page));
        }

        @Override
        boolean isNarrowed() {
            return kind != null;
        }

        /** Two keys leave no room for the time of the day; {@code --json} has it. */
        private record Listed(
                List<DeletedRecord> deleted, @Nullable String next) implements Result {
            @Override
            public @Nullable String missing() {
                return deleted.isEmpty() ? "deleted records" : null;
            }

            @Override
            public void print(PrintWriter out) {
                TextTable table = new TextTable("id", "deleted", "kind", "by", "record").whole(0);
                for (DeletedRecord record : deleted) {
                    table.row(
                            record.id(),
                            record.deletedAt().toString().substring(0, 10),
                            record.kind(),
                            record.deletedBy() == null ? "" : record.deletedBy(),
                            record.recordId());
                }
                table.print(out);
                printNext(next, out);
            }
        }
    }

    @Command(
            name = "restore",
            description = {
                "Puts a deleted record back, with all that was deleted with it, or nothing of it.",
                "Exit code 1 if its name is taken now, or if a record that it refers to is missing."
            })
    static final class Restore extends WritingCommand {

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
                "Removes deleted records for good: one, or all that were deleted before a time.",
                "If it was killed, run it again: what was purged stays purged."
            })
    static final class Purge extends WritingCommand {

        private static final int SLICE = 500;

        @Parameters(paramLabel = "<id>", arity = "0..1", description = "The id in the first column of archive list.")
        @Nullable
        String id;

        @Option(
                names = "--older-than",
                paramLabel = "<time>",
                converter = Moment.class,
                description = "All that were deleted before this time: " + Moment.HELP + ".")
        @Nullable
        Instant olderThan;

        @Option(names = "--dry-run", description = "Count what would be purged, and purge nothing.")
        boolean dryRun;

        @Override
        Database open() {
            return open(dryRun);
        }

        @Override
        Result execute(Database db) {
            if ((id == null) == (olderThan == null)) {
                throw new ParameterException(spec.commandLine(), "give either an id or --older-than");
            }
            if (olderThan != null) {
                return new Purged(dryRun, dryRun ? count(db, olderThan) : purgeAll(db, olderThan));
            }
            DeletedRecordId one = new DeletedRecordId(String.valueOf(id));
            if (dryRun) {
                db.deletedRecords().get(one);
            } else {
                db.deletedRecords().purge(one);
            }
            return new Purged(dryRun, 1);
        }

        private static int count(Database db, Instant before) {
            return db.dsl().fetchCount(DELETED_RECORDS, DELETED_RECORDS.DELETED_AT.lt(before));
        }

        /** In slices of time, if somebody watches. */
        private int purgeAll(Database db, Instant before) {
            if (!isWatched()) {
                return db.deletedRecords().purgeDeletedBefore(before);
            }
            int purged = 0;
            try (PhaseBar bar = new PhaseBar()) {
                int total = count(db, before);
                for (Instant slice = null; !before.equals(slice); ) {
                    slice = Objects.requireNonNullElse(
                            db.dsl()
                                    .select(DELETED_RECORDS.DELETED_AT)
                                    .from(DELETED_RECORDS)
                                    .where(DELETED_RECORDS.DELETED_AT.lt(before))
                                    .and(slice == null ? DSL.noCondition() : DELETED_RECORDS.DELETED_AT.gt(slice))
                                    .orderBy(DELETED_RECORDS.DELETED_AT)
                                    .limit(1)
                                    .offset(SLICE)
                                    .fetchOne(DELETED_RECORDS.DELETED_AT),
                            before);
                    purged += db.deletedRecords().purgeDeletedBefore(slice);
                    bar.show("Purging records", Math.min(purged, total), Math.max(1, total));
                }
            }
            return purged;
        }

        private record Purged(boolean dryRun, int purged) implements Result {
            @Override
            public void print(PrintWriter out) {
                out.println((dryRun ? "would purge " : "purged ") + Count.of(purged, "deleted record"));
            }
        }
    }
}
