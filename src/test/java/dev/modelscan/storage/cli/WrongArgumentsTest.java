package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

/** Whatever the command, a wrong argument is one line, and where to read on. */
class WrongArgumentsTest {

    /** Each command, and each command of a command, by its words. */
    static Stream<String> commands() {
        return below("", Main.class);
    }

    private static Stream<String> below(String words, Class<?> type) {
        return Arrays.stream(type.getAnnotation(Command.class).subcommands()).flatMap(command -> {
            String all = (words + " " + command.getAnnotation(Command.class).name()).strip();
            return Stream.concat(Stream.of(all), below(all, command));
        });
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
