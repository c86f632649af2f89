package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Every command that a page shows can be pasted after {@code mvn package}, and has the options that the page names. */
class DocumentedCommandsTest {

    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SPAN = Pattern.compile("(?<!`)`([^`\n]+)`(?!`)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");
    private static final Pattern JAVA = Pattern.compile("java -(?:jar|cp) (\\S+-cli\\.jar)\\S* +(?:\\S+\\.Main )?(.*)");
    private static final Pattern SCRIPT = Pattern.compile("\\S*modelscan-storage +(?!class-data)(\\w.*)");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|\\S+");

    /** A command on a page. */
    record Shown(Path page, String text) {
        @Override
        public String toString() {
            return page + ": " + text;
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("docs"));
                Stream<Path> top = Files.list(Path.of(""))) {
            return Stream.concat(top, docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .filter(path -> !path.endsWith("CHANGELOG.md"))
                    .sorted()
                    .toList();
        }
    }

    static List<Shown> lines() throws IOException {
        List<Shown> lines = new ArrayList<>();
        for (Path page : pages()) {
            BLOCK.matcher(Files.readString(page))
                    .results()
                    .flatMap(block -> block.group(1).replace("\\\n", " ").lines())
                    .forEach(line -> lines.add(new Shown(page, line)));
        }
        return lines;
    }

    static List<Shown> spans() throws IOException {
        List<Shown> spans = new ArrayList<>();
        for (Path page : pages()) {
            SPAN.matcher(BLOCK.matcher(Files.readString(page)).replaceAll(""))
                    .results()
                    .map(span -> span.group(1).replace("\\|", "|"))
                    .filter(span -> span.contains(" ") && known(span.split(" ")[0]))
                    .forEach(span -> spans.add(new Shown(page, span)));
        }
        return spans;
    }

    private static boolean known(String name) {
        return Main.COMMANDS.stream().anyMatch(type -> Main.nameOf(type).equals(name));
    }

    private static CommandLine command(String name) {
        return new CommandLine(Main.COMMANDS.stream()
                .filter(type -> Main.nameOf(type).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no command " + name)));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineRunsAsPrinted(Shown line) {
        Matcher java = JAVA.matcher(line.text());
        Matcher script = SCRIPT.matcher(line.text());
        String given;
        if (java.find()) {
            assertThat(java.group(1)).isEqualTo("target/modelscan-storage-0.1.0-SNAPSHOT-cli.jar");
            given = java.group(2);
        } else if (script.find()) {
            given = script.group(1);
        } else {
            assertThat(line.text()).doesNotContain(" --db ");
            return;
        }
        List<String> words = new ArrayList<>();
        for (MatchResult word : WORD.matcher(given.replaceFirst("\\)? *(>>?|\\||#) .*|\\)(?= )", ""))
                .results()
                .toList()) {
            words.add(Stream.of(word.group(1), word.group(2))
                    .filter(each -> each != null)
                    .findFirst()
                    .orElse(word.group()));
        }
        assertThat(words).noneMatch(word -> word.startsWith("<"));

        command(words.get(0)).parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("spans")
    void aCommandInASentenceHasItsOptions(Shown span) {
        String[] words = span.text().split(" ");
        CommandLine command = command(words[0]);
        List<CommandLine> meant = List.of(command);
        if (!command.getSubcommands().isEmpty() && words[1].matches("[a-z|-]+") && !words[1].startsWith("-")) {
            List<String> names = List.of(words[1].split("\\|"));
            assertThat(command.getSubcommands()).containsKeys(names.toArray(String[]::new));
            meant = names.stream().map(command.getSubcommands()::get).toList();
        }
        for (MatchResult option : OPTION.matcher(span.text()).results().toList()) {
            assertThat(meant).allMatch(each -> each.getCommandSpec().findOption(option.group()) != null);
        }
    }

    @Test
    void theQuestionOfTheReadmeIsAnsweredInTheShell() throws IOException {
        Matcher question =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));
        assertThat(question.find()).isTrue();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Database db = Database.inMemory()) {
            Agent agent =
                    db.agents().create(Agent.builder().name("ann").mode("llm").build());
            for (String tool : List.of("search", "search", "fetch", "read")) {
                ToolExecution execution = db.toolExecutions()
                        .create(ToolExecution.builder()
                                .agentId(agent.id())
                                .toolName(tool)
                                .status(ToolExecutionStatus.RUNNING)
                                .build());
                if (!tool.equals("read")) {
                    db.toolExecutions().fail(execution.id(), "refused");
                }
            }
            Shell.run(
                    db,
                    new ByteArrayInputStream(question.group(1).getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    false);
        }

        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("search +2\\R +fetch +1\\R")
                .doesNotContain("read");
    }
}
