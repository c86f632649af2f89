package dev.modelscan.storage.cli;

import dev.modelscan.storage.errors.StorageException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Messages of the library, which name its methods and options, in words of the command line. */
final class Messages {

    /** Whole phrases, so that text of a database is hardly ever one of them. */
    private static final Map<String, String> PHRASES = phrases();

    private static final String READ_ONLY = "; open it without readOnly() to write";

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
        String message = String.valueOf(failure.getMessage());
        for (Map.Entry<String, String> phrase : PHRASES.entrySet()) {
            message = message.replace(phrase.getKey(), phrase.getValue());
        }
        return failure instanceof IllegalArgumentException ? ofOption(message, location) : message;
    }

    /** The message about an option begins with its name. */
    private static String ofOption(String message, String location) {
        return message.replaceFirst("^path (?=is |begins |cannot )", "--db ")
                .replaceFirst("^url (?=is |begins |cannot )", location + " ")
                .replaceFirst("^cursor (?=is )", "--after ")
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
        phrases.put("leaveBehind (--leave-behind)", "--leave-behind");
        phrases.put("; try again, or raise busyTimeout", "; try again later");
        phrases.put("; shorten them, or raise busyTimeout", "; try again later");
        return phrases;
    }
}
