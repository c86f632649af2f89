package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script that completes commands and options in a shell. */
@Command(
        name = "completion",
        description = "Prints a script for a shell, which then completes commands and options.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class CompletionCommand implements Callable<Integer> {

    /** The shells. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(paramLabel = "<shell>", description = "bash, zsh or fish.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Shell shell;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        CommandLine root = spec.root().commandLine();
        if (shell == Shell.fish) {
            fish(root, out);
        } else {
            // The script tells bash from zsh by itself.
            out.print(AutoComplete.bash(root.getCommandName(), root));
        }
        out.flush();
        return 0;
    }

    private static void fish(CommandLine root, PrintWriter out) {
        String command = "complete -c " + root.getCommandName();
        root.getSubcommands().forEach((name, subcommand) -> {
            out.println(command + " -n __fish_use_subcommand -f -a " + name + " -d " + about(subcommand));
            String within = command + " -n '__fish_seen_subcommand_from " + name + "'";
            subcommand
                    .getSubcommands()
                    .forEach((inner, each) -> out.println(within + " -f -a " + inner + " -d " + about(each)));
            subcommand.getCommandSpec().positionalParameters().stream()
                    .map(ArgSpec::completionCandidates)
                    .filter(Objects::nonNull)
                    .forEach(words -> out.println(within + " -f -a " + quoted(String.join(" ", words))));
            subcommand.getCommandSpec().options().forEach(option -> option(within, option, out));
            subcommand.getSubcommands().values().forEach(each -> each.getCommandSpec()
                    .options()
                    .forEach(option -> option(within, option, out)));
        });
    }

    private static void option(String within, OptionSpec option, PrintWriter out) {
        StringBuilder line = new StringBuilder(within);
        for (String name : option.names()) {
            line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        line.append(option.arity().max() > 0 ? " -r" : "");
        if (option.completionCandidates() != null) {
            line.append(" -f -a ").append(quoted(String.join(" ", option.completionCandidates())));
        }
        out.println(line.append(" -d ").append(quoted(String.join(" ", option.description()))));
    }

    private static String about(CommandLine command) {
        String[] description = command.getCommandSpec().usageMessage().description();
        return quoted(description.length == 0 ? "" : description[0]);
    }

    private static String quoted(String text) {
        String plain =
                text.replaceAll("\\$\\{[A-Z-]+}", "").replaceAll("\\s+", " ").strip();
        return "'" + plain.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
