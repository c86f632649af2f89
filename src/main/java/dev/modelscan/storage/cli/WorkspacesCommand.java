package dev.modelscan.storage.cli;

import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for workspaces. */
@Command(
        name = "workspaces",
        description =
                "Lists, creates, drops and migrates workspaces: schemas on PostgreSQL, files of a directory on SQLite.",
        subcommands = {
            WorkspacesCommand.ListAll.class,
            WorkspacesCommand.Create.class,
            WorkspacesCommand.Drop.class,
            WorkspacesCommand.Migrate.class
        })
final class WorkspacesCommand extends CommandGroup {

    /** Opens the workspaces and runs a command on them. */
    private abstract static class Subcommand extends OutputCommand {

        final int work(Function<Workspaces, Result> work) {
            return work(location.builder(DatabaseCommand.DEFAULT_DIRECTORY), work);
        }

        final int work(DatabaseBuilder builder, Function<Workspaces, Result> work) {
            try (Workspaces workspaces = builder.openWorkspaces()) {
                return show(work.apply(workspaces));
            }
        }
    }

    @Command(
            name = "list",
            description = "Prints the names of all workspaces, one a line.",
            modelTransformer = SharedOptions.OfWorkspaces.class)
    static final class ListAll extends Subcommand {

        @Override
        public Integer call() {
            DatabaseBuilder builder = location.builder(DatabaseCommand.DEFAULT_DIRECTORY);
            return work(builder.readOnly(), this::names);
        }

        /** The standard output is a list of names alone, so that there are none is a note. */
        private Names names(Workspaces workspaces) {
            List<String> names = workspaces.list();
            String place = location.database == null ? DatabaseCommand.DEFAULT_DIRECTORY : location.database;
            return new Names(
                    names, names.isEmpty() ? List.of("no workspaces in " + Location.shown(place)) : workspaces.notes());
        }

        private record Names(List<String> workspaces, List<String> notes) implements Result {
            @Override
            public void print(PrintWriter out) {
                workspaces.forEach(out::println);
            }

            @Override
            public void printFailures(PrintWriter err) {
                notes.forEach(note -> err.println("note: " + note));
            }
        }
    }

    @Command(name = "create", description = "Creates a workspace.", modelTransformer = SharedOptions.OfWorkspaces.class)
    static final class Create extends Subcommand {

        @Parameters(
                paramLabel = "<name>",
                description = "1 to 63 of the characters a to z, 0 to 9 and _, beginning with a letter.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String name;

        @Override
        public Integer call() {
            return work(workspaces -> {
                workspaces.create(name);
                return new Created(name);
            });
        }

        private record Created(String created) implements Result {
            @Override
            public void print(PrintWriter out) {
                out.println("created " + created);
            }
        }
    }

    @Command(
            name = "drop",
            description = "Deletes a workspace with everything in it, permanently.",
            modelTransformer = SharedOptions.OfWorkspaces.class)
    static final class Drop extends Subcommand {

        @Parameters(paramLabel = "<name>", description = "The workspace.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String name;

        @Option(names = "--confirm", required = true, paramLabel = "<name>", description = "The name once more.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String confirmation;

        @Override
        public Integer call() {
            return work(workspaces -> {
                workspaces.drop(name, confirmation);
                return new Dropped(name);
            });
        }

        private record Dropped(String dropped) implements Result {
            @Override
            public void print(PrintWriter out) {
                out.println("dropped " + dropped);
            }
        }
    }

    @Command(
            name = "migrate",
            description = {
                "Migrates the workspaces whose schema is older than this release, several at a time.",
                "A failure is reported, does not stop the others, and makes the exit code 1."
            },
            modelTransformer = SharedOptions.OfWorkspaces.class)
    static final class Migrate extends Subcommand {

        private static final int DEFAULT_PARALLEL = 4;

        @Option(names = "--all", required = true, description = "Required: migrate all of them.")
        boolean all;

        @Option(
                names = "--parallel",
                paramLabel = "<number>",
                description = "How many at a time, 1 to 100. Default: " + DEFAULT_PARALLEL + ".")
        int parallel = DEFAULT_PARALLEL;

        @Option(names = "--dry-run", description = "List what is behind, and migrate nothing.")
        boolean dryRun;

        @Override
        public Integer call() {
            if (dryRun) {
                DatabaseBuilder builder = location.builder(DatabaseCommand.DEFAULT_DIRECTORY);
                return work(builder.validateOnly(), Migrate::looked);
            }
            return work(workspaces -> new MigrationSummary(isWatched() ? watched(workspaces) : silent(workspaces)));
        }

        private static Result looked(Workspaces workspaces) {
            Map<String, Long> behind = new LinkedHashMap<>();
            List<MigrationSummary.Failed> failed = new ArrayList<>();
            int current = 0;
            for (String name : workspaces.list()) {
                try {
                    workspaces.open(name).close();
                    current++;
                } catch (StorageException e) {
                    if (e instanceof SchemaException schema && schema.behindAt().isPresent()) {
                        behind.put(name, schema.behindAt().getAsLong());
                    } else {
                        failed.add(new MigrationSummary.Failed(name, Messages.of(e)));
                    }
                }
            }
            return new MigrationSummary.Planned(current, behind, failed);
        }

        private List<WorkspaceMigration> silent(Workspaces workspaces) {
            return workspaces.migrateAll(parallel, progress -> {});
        }

        /** The bar ends before anything else is printed. */
        private List<WorkspaceMigration> watched(Workspaces workspaces) {
            try (ProgressBar bar = PhaseBar.builder("Migrating").build()) {
                return workspaces.migrateAll(parallel, progress -> {
                    bar.maxHint(progress.total());
                    bar.stepTo(progress.done());
                    bar.setExtraMessage(progress.last().name());
                });
            }
        }
    }
}
