package dev.modelscan.storage.cli;

import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options that commands share, as the help of one command tells them: without those that it cannot use. */
final class SharedOptions {

    private static final String DB = "--db";
    private static final String FILE = "<file>";
    private static final String DEFAULT = "Default: " + DatabaseCommand.DEFAULT_FILE;

    private SharedOptions() {}

    private static CommandSpec without(CommandSpec spec, String... names) {
        for (String name : names) {
            spec.remove(spec.findOption(name));
        }
        return spec;
    }

    private static CommandSpec withoutLogin(CommandSpec spec) {
        return without(spec, "--user", "--password", "--password-file");
    }

    private static CommandSpec described(CommandSpec spec, String name, String label, String... description) {
        OptionSpec option = spec.findOption(name);
        return spec.remove(option)
                .add(option.toBuilder()
                        .paramLabel(label)
                        .description(description)
                        .build());
    }

    private static CommandSpec page(CommandSpec spec, String what, String range) {
        return described(
                spec,
                "--limit",
                "<" + what + ">",
                "How many " + what + " a page has at most, " + range + ". Default: ${DEFAULT-VALUE}.");
    }

    static final class OfBackup implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return described(withoutLogin(spec), DB, FILE, "The SQLite database to back up.", DEFAULT);
        }
    }

    /** Of commands on backups, which are files beside no database. */
    static final class OfNoDatabase implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return without(withoutLogin(spec), DB);
        }
    }

    static final class OfRestore implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return described(withoutLogin(spec), DB, FILE, "The SQLite database to replace or to create.", DEFAULT);
        }
    }

    static final class OfTransfer implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return described(spec, DB, FILE, "The SQLite database to copy.", DEFAULT);
        }
    }

    static final class OfWorkspaces implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return described(
                    spec,
                    DB,
                    Location.LABEL,
                    "The directory of SQLite files, or a server:",
                    Location.URL,
                    "Default: " + DatabaseCommand.DEFAULT_DIRECTORY);
        }
    }

    static final class OfDemo implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return described(
                    spec,
                    DB,
                    Location.LABEL,
                    "A database to keep the sample in, made if it is missing: a SQLite file, or a server:",
                    Location.URL,
                    "Default: a temporary file, which is deleted at the end");
        }
    }

    static final class OfShell implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return without(spec, "--json");
        }
    }

    static final class OfSearch implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return page(spec, "results", "1 to 100");
        }
    }

    static final class OfShow implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            return page(spec, "messages", "1 to 10,000");
        }
    }
}
