package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.StorageException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Erases one thing, and migrates nothing. */
abstract class ErasingCommand extends WritingCommand {

    @Option(names = "--dry-run", description = "Count what would be erased, and write nothing.")
    boolean dryRun;

    @Option(
            names = "--no-scrub",
            description = "Do not scrub the storage, for many erasures: run \"erase scrub\" after the last one.")
    boolean noScrub;

    @Option(
            names = "--actor",
            paramLabel = "<name>",
            converter = Actor.class,
            description = "The name of who erases, for the receipt.")
    @Nullable
    String actor;

    @Option(
            names = "--backups",
            paramLabel = "<directory>",
            description = "List the backups in this directory, which may still hold it.")
    @Nullable
    Path backups;

    @Option(
            names = "--keep",
            paramLabel = "<generations>",
            description = "Which of them are kept, such as 24h,7d,4w: says when each is deleted, if one is added every"
                    + " hour. Needs --backups.")
    @Nullable
    String keep;

    abstract ErasureRequest request();

    /** Refuses what names something in another way, since that it was not found would be read as erased. */
    void check(Database db) {}

    @Override
    Database open() {
        return open(dryRun);
    }

    @Override
    Result execute(Database db) {
        if (keep != null && backups == null) {
            throw new ParameterException(spec.commandLine(), "--keep needs --backups");
        }
        if (backups != null && !Files.isDirectory(backups)) {
            // An empty list would be read as that no backup holds it.
            throw new ParameterException(
                    spec.commandLine(), "--backups " + backups + " is not a directory; name the one that holds them");
        }
        check(db);
        ErasureRequest request = request();
        if (backups != null) {
            request = request.backups(backups, keep == null ? null : Keep.parse(keep));
        }
        Database acting = actor == null ? db : db.as(actor);
        if (dryRun) {
            return ErasureSummary.of(true, acting.erasure().preview(request));
        }
        ErasureReceipt receipt = erase(acting, request.withoutScrub());
        if (noScrub) {
            return ErasureSummary.of(false, receipt);
        }
        if (json) {
            return ErasureSummary.scrubbed(receipt, scrub(db));
        }
        PrintWriter out = spec.commandLine().getOut();
        ErasureSummary.of(false, receipt).printErased(out);
        out.flush();
        return ErasureSummary.scrubbed(receipt, scrub(db)).scrubResult();
    }

    /** Why the scrub failed; null if it did not. */
    private @Nullable String scrub(Database db) {
        try {
            if (!isWatched()) {
                db.erasure().scrub();
                return null;
            }
            try (PhaseBar bar = new PhaseBar()) {
                bar.show("Scrub", 0, 1);
                db.erasure().scrub();
                bar.show("Scrub", 1, 1);
                return null;
            }
        } catch (StorageException e) {
            return Messages.of(e);
        }
    }

    private ErasureReceipt erase(Database db, ErasureRequest request) {
        if (!isWatched()) {
            return db.erasure().erase(request);
        }
        try (PhaseBar bar = new PhaseBar()) {
            return db.erasure()
                    .erase(
                            request,
                            so -> bar.show(
                                    so.phase().name().charAt(0)
                                            + so.phase().name().substring(1).toLowerCase(Locale.ROOT),
                                    so.done(),
                                    Math.max(1, so.total())));
        }
    }
}
