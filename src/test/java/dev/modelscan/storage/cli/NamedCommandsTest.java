package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Messages name commands and options that there are. */
class NamedCommandsTest {

    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"");
    private static final Pattern COMMAND = Pattern.compile("(?<!of )modelscan-storage ([a-z][a-z-]*)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w(-])(?:([a-z]+) )?(--[a-z][a-z-]*)");

    /** Of the JVM and of JShell. */
    private static final Set<String> OTHERS =
            Set.of("--enable-native-access", "--class-path", "--execution", "--feedback", "--startup");

    private final Map<String, CommandLine> commands =
            Main.COMMANDS.stream().collect(Collectors.toMap(Main::nameOf, type -> new CommandLine(type)));

    private static List<String> literals() throws IOException {
        List<String> literals = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                LITERAL.matcher(Files.readString(file)).results().forEach(found -> literals.add(found.group(1)));
            }
        }
        return literals;
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command),
                command.getSubcommands().values().stream().flatMap(NamedCommandsTest::withSubcommands));
    }

    private boolean has(MatchResult named) {
        CommandLine command = commands.get(String.valueOf(named.group(1)));
        Stream<CommandLine> meant = command == null ? commands.values().stream() : Stream.of(command);
        return meant.flatMap(NamedCommandsTest::withSubcommands)
                .anyMatch(each -> each.getCommandSpec().findOption(named.group(2)) != null);
    }

    @Test
    void messagesNameCommandsAndOptionsThatThereAre() throws IOException {
        Set<String> unknown = new TreeSet<>();
        for (String literal : literals()) {
            COMMAND.matcher(literal)
                    .results()
                    .filter(named -> !commands.containsKey(named.group(1)))
                    .forEach(named -> unknown.add(literal));
            OPTION.matcher(literal)
                    .results()
                    .filter(named -> !OTHERS.contains(named.group(2)) && !has(named))
                    .forEach(named -> unknown.add(literal));
        }

        assertThat(unknown).isEmpty();
    }
}
