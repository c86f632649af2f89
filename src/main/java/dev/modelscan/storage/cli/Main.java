package dev.modelscan.storage.cli;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.transfer.LeftBehindException;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Exit codes: 0 success; 1 a record, a file or the database failed; 2 wrong arguments.
 * Output is UTF-8, whatever the platform's charset; {@link Screen} says which of its characters a terminal is shown.
 */
@Command(
        name = "modelscan-storage",
        description = "Storage for multi-agent systems: imports transcripts and shows what a database holds.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main implements Runnable {

    /** All commands, in the order of the help. */
    static final List<Class<?>> COMMANDS = List.of(
            ImportCommand.class,
            ShowCommand.class,
            ListCommand.class,
            SearchCommand.class,
            ExportCommand.class,
            QueryCommand.class,
            ShellCommand.class,
            ReportCommand.class,
            StatusCommand.class,
            MigrateCommand.class,
            SchemaCommand.class,
            TransferCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            DoctorCommand.class,
            RetentionCommand.class,
            WorkspacesCommand.class,
            ArchiveCommand.class,
            AuditCommand.class,
            EraseCommand.class,
            CompletionCommand.class,
            DemoCommand.class);

    /** What is wrong if a disk is full, for one. */
    static final String UNWRITTEN = "the output could not be written; it is not complete";

    private static final Pattern PICOCLIS =
            Pattern.compile("(Unknown options?|Missing required|Invalid value|Expected|Could not|Cannot)\\b");

    private final boolean terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main(boolean terminal) {
        this.terminal = terminal;
    }

    /** Runs a command on the standard streams. Ends the JVM if the exit code is not 0; otherwise returns. */
    public static void main(String[] args) {
        int code = run(args, utf8(new StandardOutput()), utf8(System.err), isInteractive());
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs a command on the caller's streams, without a progress bar, and returns the exit code. */
    public static int run(String[] args, PrintWriter out, PrintWriter err) {
        return run(args, out, err, false);
    }

    static int run(String[] args, PrintWriter out, PrintWriter err, boolean terminal) {
        CommandLine all = new CommandLine(new Main(terminal));
        // Made here, since picocli lets a command that it makes itself keep its options untransformed.
        needed(args).forEach(command -> all.addSubcommand(new CommandLine(command)));
        int code = all.setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, given) -> wrong(e))
                .setExecutionExceptionHandler((e, command, parsed) -> fail(e, command))
                .execute(args);
        // It flushes too. A command that has failed has said so.
        if (out.checkError() && code == 0) {
            err.println("error: " + UNWRITTEN);
            code = 1;
        }
        err.flush();
        return code;
    }

    /**
     * The command that is called. Completion and whatever names no command, such as {@code --help}, need all, whose options
     * take picocli a third of the time of a short command to read.
     */
    private static List<Class<?>> needed(String[] args) {
        String called = args.length == 0 ? "" : args[0];
        return COMMANDS.stream()
                .filter(command ->
                        command != CompletionCommand.class && nameOf(command).equals(called))
                .findFirst()
                .<List<Class<?>>>map(List::of)
                .orElse(COMMANDS);
    }

    /** {@code import} for {@link ImportCommand}: the class says it without its annotations being read. */
    static String nameOf(Class<?> command) {
        return command.getSimpleName().replace("Command", "").toLowerCase(Locale.ROOT);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command");
    }

    boolean isTerminal() {
        return terminal;
    }

    /**
     * Prints what is wrong with the arguments, and where to read on. What follows the first line of a message, such as a list,
     * is wrapped.
     */
    private static int wrong(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String similar = e instanceof UnmatchedArgumentException unmatched
                        && !unmatched.getSuggestions().isEmpty()
                ? "; did you mean " + unmatched.getSuggestions().get(0) + "?"
                : "";
        String[] message = (said(e) + similar).split("\n", 2);
        command.getErr().println("error: " + TextTable.printable(message[0]));
        if (message.length > 1) {
            Screen.of(command.getErr())
                    .wrapped(message[1], Screen.COLUMNS - 2, Integer.MAX_VALUE)
                    .forEach(line -> command.getErr().println("  " + line));
        }
        printPointer(command);
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String said(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String first = unmatched.getUnmatched().get(0);
            return e.getCommandLine().getSubcommands().isEmpty()
                    ? "'" + first + "' is one argument too many; put quotes around an argument with spaces"
                    : "unknown command '" + first + "'";
        }
        return inLowerCase(String.valueOf(e.getMessage()));
    }

    /** picocli's sentences begin in upper case; a name that begins a message of ours stays as it is. */
    private static String inLowerCase(String message) {
        return PICOCLIS.matcher(message).lookingAt()
                ? message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1)
                : message;
    }

    private static void printPointer(CommandLine command) {
        command.getErr().println("See " + command.getCommandSpec().qualifiedName() + " --help");
    }

    /** Prints one line for each problem that a user can fix, and a stack trace for a bug in the program. */
    private static int fail(Exception e, CommandLine command) {
        List<String> messages = new ArrayList<>(List.of(message(e, command)));
        // The library says so of an option that is wrong, and of what an engine cannot do. The JDK gives no reason.
        boolean wrongOption = e instanceof IllegalArgumentException
                || (e instanceof UnsupportedOperationException && e.getMessage() != null);
        if (wrongOption
                || e instanceof StorageException
                || e instanceof UncheckedIOException
                || e instanceof IOException) {
            Stream.of(e.getSuppressed())
                    .filter(StorageException.class::isInstance)
                    .forEach(more -> messages.add(message(more, command)));
            messages.forEach(message -> command.getErr().println("error: " + message));
            if (wrongOption) {
                printPointer(command);
            }
        } else {
            e.printStackTrace(command.getErr());
        }
        if (command.getCommand() instanceof OutputCommand failed && failed.json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("error", messages.get(0));
            if (messages.size() > 1) {
                document.put("more", messages.subList(1, messages.size()));
            }
            if (e instanceof LeftBehindException refused) {
                document.put("leftBehind", refused.leftBehind());
            }
            JsonOutput.print(document, command.getOut());
        }
        return wrongOption ? 2 : 1;
    }

    private static String message(Throwable t, CommandLine command) {
        return TextTable.printable(Messages.of(t, command.getCommand() instanceof TransferCommand ? "--to" : "--db"));
    }

    /** The standard output, which tells a failure, as a PrintStream does not; that a reader wants no more is none. */
    private static final class StandardOutput extends FileOutputStream {

        private StandardOutput() {
            super(FileDescriptor.out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                super.write(bytes, offset, length);
            } catch (IOException e) {
                // "Broken pipe" on Linux and macOS, "The pipe is being closed" on Windows.
                if (!String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe")) {
                    throw e;
                }
            }
        }
    }

    private static PrintWriter utf8(OutputStream stream) {
        return new Screen.ScreenWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), Screen.ofSystem());
    }

    /**
     * From Java 22 on there may be a console without a terminal, and a method that tells. Java 17 does not
     * have it.
     */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
