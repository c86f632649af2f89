package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

/** Whatever the command, a wrong argument is one line, and where to read on. */
class WrongArgumentsTest {

    /** Each command, and each command of a command, by its words. */
    static Stream<String> commands() {
        return all("", Main.COMMANDS);
    }

    private static Stream<String> all(String words, List<Class<?>> types) {
        return types.stream().flatMap(type -> {
            Command command = type.getAnnotation(Command.class);
            String name = (words + " " + command.name()).strip();
            return Stream.concat(Stream.of(name), all(name, List.of(command.subcommands())));
        });
    }

    @Test
    void aCommandIsFoundByTheNameOfItsClass() {
        assertThat(Main.COMMANDS)
                .allSatisfy(type ->
                        assertThat(type.getAnnotation(Command.class).name()).isEqualTo(Main.nameOf(type)));
    }

    @Test
    void helpNamesEachCommandInTheirOrder() {
        String help = MainTest.run("--help").out();

        assertThat(help.lines().map(String::strip))
                .containsSubsequence(Main.COMMANDS.stream()
                        .map(type -> help.lines()
                                .map(String::strip)
                                .filter(line -> line.startsWith(Main.nameOf(type) + " "))
                                .findFirst()
                                .orElse("no line for " + Main.nameOf(type)))
                        .toList());
    }

    @Test
    void aMistypedCommandIsToldTheOnesThatThereAre() {
        assertThat(MainTest.run("statu").err()).startsWith("error: unknown command 'statu'; did you mean status?");
    }

    @Test
    void anArgumentTooManyIsNamed() {
        assertThat(MainTest.run("list", "tasks", "of mine").err())
                .startsWith("error: 'of mine' is one argument too many; put quotes around an argument with spaces");
    }

    @Test
    void versionsInTheWrongOrderAreToldByTheirOptions() {
        assertThat(MainTest.run("schema", "export", "--engine", "sqlite", "--from", "9", "--to", "2")
                        .err())
                .startsWith("error: --from 9 has to be less than --to 2");
    }

    @Test
    void anEmptyFileIsToldTheCommandThatFillsIt(@TempDir Path directory) throws IOException {
        Path empty = Files.createFile(directory.resolve("empty.db"));

        assertThat(MainTest.run("status", "--db", empty.toString()).err())
                .contains("has no tables yet; migrate creates them. Nothing was written");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isOneLineAndAPointerToHelp(String command) {
        List<String> args = new ArrayList<>(List.of(command.split(" ")));
        args.add("--no-such-option");

        MainTest.Run run = MainTest.run(args.toArray(String[]::new));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(2).last().isEqualTo("See modelscan-storage " + command + " --help");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelp(String command) {
        List<String> args = new ArrayList<>(List.of(command.split(" ")));
        args.add("--help");

        MainTest.Run run = MainTest.run(args.toArray(String[]::new));

        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("Usage: modelscan-storage " + command).doesNotContain("${");
    }
}
