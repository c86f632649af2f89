package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.audit.AuditFault;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The commands for the audit log. */
@Command(
        name = "audit",
        description = {
            "Switches the audit log on and off, lists it, and verifies it.",
            "It records each insert, update and delete of every table, whoever makes it, in a chain of hashes."
        },
        subcommands = {
            AuditCommand.Enable.class,
            AuditCommand.Disable.class,
            AuditCommand.ListEntries.class,
            AuditCommand.Head.class,
            AuditCommand.Verify.class
        })
final class AuditCommand extends CommandGroup {

    private record Told(String audit, List<Finding> findings) implements Result {
        @Override
        public void print(PrintWriter out) {
            out.println(audit);
            DoctorCommand.Examined.print(findings, out);
        }
    }

    @Command(
            name = "enable",
            description = {
                "Switches the log on: makes triggers for every table, or rebuilds them.",
                "Run it again after another tool has changed the schema."
            })
    static final class Enable extends WritingCommand {

        @Option(
                names = "--redact",
                paramLabel = "<column>",
                description = "Never record these values: table.column, or table.column.member of its JSON; * is any"
                        + " table. Columns called password, secret, token, api_key and the like are redacted anyway."
                        + " May be repeated. Replaces what was named before; without it, that stays.")
        @Nullable
        List<String> redacted;

        @Override
        Result execute(Database db) {
            boolean changed =
                    redacted == null ? db.audit().enable() : db.audit().enable(redacted);
            return new Told(
                    changed ? "The audit log is on." : "The audit log was on already.",
                    db.audit().findings());
        }
    }

    @Command(name = "disable", description = "Switches the log off. What was recorded stays.")
    static final class Disable extends WritingCommand {
        @Override
        Result execute(Database db) {
            db.audit().disable();
            return new Told("The audit log is off.", db.audit().findings());
        }
    }

    @Command(name = "list", description = "Lists entries, the newest first. Creates and migrates nothing.")
    static final class ListEntries extends PagedCommand {

        private static final int DEFAULT_LIMIT = 50;

        @Option(
                names = "--table",
                paramLabel = "<table>",
                description = "Only changes of a row of this table. Needs --key.")
        @Nullable
        String table;

        @Option(names = "--key", paramLabel = "<key>", description = "The row's key. Needs --table.")
        @Nullable
        String key;

        @Option(names = "--actor", paramLabel = "<name>", description = "Only what this actor did.")
        @Nullable
        String actor;

        @Option(
                names = "--since",
                paramLabel = "<time>",
                converter = Moment.class,
                description = "Only what was done at this time or later: " + Moment.HELP + ".")
        @Nullable
        Instant since;

        @Option(
                names = "--until",
                paramLabel = "<time>",
                converter = Moment.class,
                description = "Only what was done before this time.")
        @Nullable
        Instant until;

        ListEntries() {
            super(DEFAULT_LIMIT, PageRequest.MAX_LIMIT);
        }

        /** New entries come into the chain first, so this is no command that only reads. */
        @Override
        Database open() {
            return builder().validateOnly().open();
        }

        @Override
        Result execute(Database db) {
            PageRequest request = request();
            Moment.requireOrder(spec, since, until);
            if ((table == null) != (key == null)) {
                throw wrong("--table and --key go together");
            }
            boolean byTime = since != null || until != null;
            if ((table == null ? 0 : 1) + (actor == null ? 0 : 1) + (byTime ? 1 : 0) > 1) {
                throw wrong("--table, --actor and --since or --until exclude each other");
            }
            Page<AuditEntry> page;
            if (table != null && key != null) {
                page = db.audit().listByRecord(table, key, request);
                if (page.items().isEmpty()) {
                    requireTable(db, table);
                }
            } else if (actor != null) {
                page = db.audit().listByActor(actor, request);
            } else if (byTime) {
                page = db.audit()
                        .listBetween(
                                since == null ? Instant.EPOCH : since,
                                until == null ? Instant.parse("9999-12-31T00:00:00Z") : until,
                                request);
            } else {
                page = db.audit().list(request);
            }
            return new Listed(page.items(), PagedCommand.next(page));
        }

        @Override
        boolean isNarrowed() {
            return table != null || actor != null || since != null || until != null;
        }

        @Override
        String whyNone(Database db) {
            return db.audit().isEnabled() ? "" : "; the log is off: audit enable switches it on";
        }

        /** A table of the application's is known if there are entries about it. */
        private void requireTable(Database db, String name) {
            Set<String> known = db.stats().rows().keySet();
            if (!known.contains(name) && !db.dsl().fetchExists(AUDIT_ENTRIES, AUDIT_ENTRIES.TABLE_NAME.eq(name))) {
                throw wrong("--table " + name + " is none of " + String.join(", ", known));
            }
        }
    }

    /** {@code --json} has the changes whole. */
    private record Listed(
            List<AuditEntry> entries, @Nullable String next) implements Result {

        @Override
        public @Nullable String missing() {
            return entries.isEmpty() ? "entries of the audit log" : null;
        }

        @Override
        public void print(PrintWriter out) {
            Screen screen = Screen.of(out);
            for (AuditEntry entry : entries) {
                String who = entry.actor() == null ? "" : ", " + entry.actor();
                out.println(screen.line(
                        entry.position() + "  " + entry.at() + who + ": " + entry.action() + " " + entry.table(),
                        Screen.COLUMNS));
                if (entry.key() != null) {
                    out.println("    " + screen.line(entry.key()));
                }
                out.println("    " + screen.line(entry.changes().toString(), Screen.COLUMNS - 4));
            }
            PagedCommand.printNext(next, out);
        }
    }

    @Command(
            name = "head",
            description = {
                "Prints the end of the chain, as position:hash.",
                "Keep it where nobody who writes to the database can change it; audit verify --since proves with it"
                        + " that nothing up to it was changed or removed, apart from entries that were erased: it"
                        + " counts those, and you compare their receipts with yours."
            })
    static final class Head extends WritingCommand {
        @Override
        Result execute(Database db) {
            AuditHead head = db.audit().head();
            return new Printed(head.position(), head.hash(), head.toString());
        }

        private record Printed(long position, String hash, String head) implements Result {
            @Override
            public void print(PrintWriter out) {
                out.println(head);
            }
        }
    }

    @Command(
            name = "verify",
            description = {
                "Computes every hash of the chain again, and names the first bad entry. Also says what keeps the log"
                        + " from recording now, as doctor does. Changes nothing.",
                "",
                "Exit code: 0 the chain holds, also if the log is off, which the output says; 4 it does not, or the log"
                        + " is on and changes are not recorded."
            })
    static final class Verify extends ReadingCommand {

        private static final int BROKEN = 4;

        @Option(
                names = "--since",
                paramLabel = "<head>",
                description =
                        "A head that audit head printed before. With it, also finds that the end was removed, that"
                                + " an older database was put back, or that the chain was rewritten.")
        @Nullable
        String since;

        @Override
        Result execute(Database db) {
            AuditHead known;
            try {
                known = since == null ? AuditHead.NONE : AuditHead.parse(since);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), Messages.of(e));
            }
            AuditVerification found =
                    isWatched() ? watched(db, known) : db.audit().verify(known);
            return new Verified(
                    found.fault().isEmpty(),
                    db.audit().isEnabled(),
                    found.entries(),
                    found.head().toString(),
                    found.fault().orElse(null),
                    found.erased(),
                    found.erasedSince(),
                    found.pending(),
                    db.audit().findings());
        }

        private static AuditVerification watched(Database db, AuditHead known) {
            long total = Math.max(1, db.audit().head().position());
            try (PhaseBar bar = new PhaseBar()) {
                return db.audit().verify(known, done -> bar.show("Verifying entries", Math.min(done, total), total));
            }
        }

        private record Verified(
                boolean holds,
                boolean enabled,
                long entries,
                String head,
                @Nullable AuditFault fault,
                long erased,
                long erasedSince,
                long pending,
                List<Finding> findings)
                implements Result {

            @Override
            public int exitCode() {
                boolean records = findings.stream().noneMatch(each -> each.severity() == Severity.ERROR);
                return holds && records ? 0 : BROKEN;
            }

            @Override
            public void print(PrintWriter out) {
                if (fault != null) {
                    out.println("entry " + fault.position() + ": " + fault.message());
                }
                out.println((fault == null ? "the chain holds" : "the chain holds up to there") + ": "
                        + Count.of(entries, "entry", "entries") + ", head " + head);
                if (erasedSince > 0) {
                    out.println(were(erasedSince, " up to the known head")
                            + " erased by receipts after it: compare these receipts with yours");
                } else if (erased > 0) {
                    out.println(were(erased, "") + " erased: compare the receipts in the log with yours");
                }
                if (pending > 0) {
                    out.println(Count.of(pending, "later change is", "later changes are")
                            + " not in the chain yet: audit head adds what is missing");
                }
                if (!enabled) {
                    out.println("the log is off, so changes are not recorded: audit enable switches it on");
                }
                DoctorCommand.Examined.print(findings, out);
            }

            private static String were(long count, String which) {
                return Count.of(count, "entry" + which + " was", "entries" + which + " were");
            }
        }
    }
}
