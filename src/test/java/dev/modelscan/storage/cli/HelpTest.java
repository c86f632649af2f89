package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.PageRequest;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Help has the options that a command can use, with what they mean there. */
class HelpTest {

    private static String help(String command) {
        return MainTest.run((command + " --help").split(" ")).out();
    }

    static Stream<String> commands() {
        return WrongArgumentsTest.commands();
    }

    @ParameterizedTest
    @CsvSource({
        "shell, --json",
        "backup, --user",
        "backup, --password",
        "restore, --user",
        "restore, --password-file",
        "backup verify, --db",
        "backup drill, --user",
        "backup list, --db"
    })
    void hasNoOptionThatTheCommandCannotUse(String command, String option) {
        assertThat(help(command)).doesNotContain(option);
        assertThat(MainTest.run((command + " " + option + " x").split(" ")).err())
                .contains("unknown option", option);
    }

    @ParameterizedTest
    @CsvSource({
        "demo, 'Default: a temporary file, which is deleted at the end'",
        "status, 'Default: ~/.modelscan/modelscan.db; with --workspace'",
        "backup, 'The SQLite database to back up.'",
        "restore, 'The SQLite database to replace or to create.'",
        "transfer, 'The SQLite database to copy.'",
        "workspaces list, 'Default: ~/.modelscan/workspaces'"
    })
    void saysWhatTheDatabaseIs(String command, String text) {
        assertThat(help(command).replaceAll("\\s+", " ")).contains(text);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fitsTheScreenAndBreaksNoUrl(String command) {
        assertThat(help(command).lines())
                .allMatch(line -> line.length() <= Screen.COLUMNS)
                .noneMatch(line -> line.endsWith(":postgresql:"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void saysInOneWayThatNothingIsMade(String command) {
        assertThat(help(command).replaceAll("\\s+", " "))
                .doesNotContain("Makes and migrates", "Neither creates", ". Migrates nothing")
                .doesNotContain(" default:");
    }

    @Test
    void searchNamesItsOwnLargestPage() {
        assertThat(help("search").replaceAll("\\s+", " "))
                .contains("How many results a page has at most, 1 to 100. Default: 20.");
        assertThat(help("show").replaceAll("\\s+", " ")).contains("--limit=<messages>", "Default: 200.");
    }

    /** The text of an annotation cannot format a constant. */
    @ParameterizedTest
    @MethodSource("commands")
    void saysTheLimitThatTheCommandHas(String words) {
        List<String> names = List.of(words.split(" "));
        CommandLine named = new CommandLine(Main.COMMANDS.stream()
                .filter(type -> Main.nameOf(type).equals(names.get(0)))
                .findFirst()
                .orElseThrow());
        for (String name : names.subList(1, names.size())) {
            named = named.getSubcommands().get(name);
        }
        if (named.getCommand() instanceof PagedCommand paged) {
            requireLimit(named, "--limit", paged.most);
        }
        if (named.getCommand() instanceof ReportCommand) {
            requireLimit(named, "--top", PageRequest.MAX_LIMIT);
        }
    }

    private static void requireLimit(CommandLine command, String option, int most) {
        assertThat(String.join(" ", command.getCommandSpec().findOption(option).description()))
                .contains(String.format(Locale.ROOT, "1 to %,d.", most));
    }
}
