package dev.modelscan.storage.cli;

import dev.modelscan.storage.cli.files.FileFailure;
import dev.modelscan.storage.errors.StorageException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Messages of the library, which name its methods and options, in words of the command line. */
final class Messages {

    /** Whole phrases, so that text of a database is hardly ever one of them. */
    private static final Map<String, String> PHRASES = phrases();

    private static final String READ_ONLY = "; open it without readOnly() to write";

    /** A rule of the retention has the name of its option. */
    private static final Pattern RETENTION_RULE = Pattern.compile("retention: (\\w+)(?= is )");

    private Messages() {}

    /** Why the shell did not write. */
    static String inShell(StorageException refused) {
        return String.valueOf(refused.getMessage()).replace(READ_ONLY, "; shell --write opens it for writing");
    }

    /** Why something failed. */
    static String of(Throwable failure) {
        return of(failure, "--db");
    }

    /**
     * Why a command failed.
     *
     * @param location the option that takes a URL
     */
    static String of(Throwable failure, String location) {
        // The wrapper adds nothing to its cause.
        Throwable said = failure instanceof UncheckedIOException
                        && failure.getCause() instanceof FileSystemException file
                        && Objects.equals(failure.getMessage(), file.getMessage())
                ? file
                : failure;
        if (said instanceof FileSystemException file) {
            return FileFailure.of(file);
        }
        String message = String.valueOf(failure.getMessage());
        for (Map.Entry<String, String> phrase : PHRASES.entrySet()) {
            message = message.replace(phrase.getKey(), phrase.getValue());
        }
        return failure instanceof IllegalArgumentException ? ofOption(message, location) : message;
    }

    /** The message about an option begins with its name. */
    private static String ofOption(String message, String location) {
        Matcher rule = RETENTION_RULE.matcher(message);
        if (rule.lookingAt()) {
            String option = rule.group(1).replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
            return "--" + option + message.substring(rule.end());
        }
        return message.replaceFirst("^path (?=is |begins |cannot )", "--db ")
                .replaceFirst("^url (?=is |begins |cannot |has )", location + " ")
                .replaceFirst("^cursor (?=is )", "--after ")
                .replaceFirst("^from (\\d+ has to be less than )to ", "--from $1--to ")
                .replaceFirst("^parallelism (?=is )", "--parallel ");
    }

    private static Map<String, String> phrases() {
        Map<String, String> phrases = new LinkedHashMap<>();
        phrases.put(
                "the command search --rebuild, or search().rebuild(), rebuilds it", "search --rebuild makes it anew");
        phrases.put("the command search --enable, or search().enable(), makes it", "search --enable makes it");
        phrases.put(
                "validateOnly() applies none: let whoever migrates this database run them (the command schema export"
                        + " prints their SQL), and open it again",
                "this command applies none: run migrate, or let whoever migrates this database run what schema export"
                        + " prints");
        phrases.put("it took longer than queryTimeout, which is ", "it took longer than --timeout, which is ");
        phrases.put(READ_ONLY, "; this command only reads");
        phrases.put("; open it once for writing, which creates them", "; migrate creates them");
        phrases.put("; make it writable, or open the database with readOnly()", "; make it writable");
        phrases.put("leaveBehind (--leave-behind)", "--leave-behind");
        phrases.put("; try again, or raise busyTimeout", "; try again later");
        phrases.put("; shorten them, or raise busyTimeout", "; try again later");
        return phrases;
    }
}
