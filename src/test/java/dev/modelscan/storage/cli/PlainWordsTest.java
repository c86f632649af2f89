package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.migrate.SchemaState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of the command line name its options, not methods of the library, and end with where to read on. */
class PlainWordsTest {

    /** A method, or the name of an option of the builder. */
    private static final Pattern API =
            Pattern.compile("\\w\\(\\)|queryTimeout|busyTimeout|validateOnly|readOnly|leaveBehind\\b");

    @TempDir
    private Path directory;

    private String file;

    @BeforeEach
    void makeDatabase() {
        file = directory.resolve("a.db").toString();
        Database.open(Path.of(file)).close();
    }

    private MainTest.Run run(String command) {
        String[] words = command.replace(" DB", " --db " + file).split(" ");
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].replace('_', ' ');
        }
        return MainTest.run(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list tasks --agent nobody DB",
                "list tasks --after zzz DB",
                "list tools --after !! DB",
                "list tasks --status odd DB",
                "show nothing DB",
                "search DB",
                "search after:x DB",
                "status --db jdbc:sqlite:a.db",
                "status --db jdbc:mysql://host/a",
                "status --user me DB",
                "transfer --to jdbc:mysql://host/a --workspace a DB",
                "schema export --engine oracle",
                "schema export --engine sqlite --set x",
                "export - --format odd DB",
                "retention DB",
                "import x.json --format odd DB",
                "import x.json --new-ids --format odd DB",
                "report --odd DB",
                "report odd DB",
                "report --top x DB",
                "query DB",
                "query SELECT_? DB",
                "export - --format native --since 1d DB",
                "archive purge DB",
                "audit",
                "backup DB"
            })
    void aWrongArgumentSaysWhereToReadOn(String command) {
        MainTest.Run run = run(command);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("error: ")
                .doesNotContainPattern("^error: [A-Z]")
                .doesNotContainPattern(API)
                .doesNotContain(" is no ", "path is", "cursor is");
        assertThat(run.err().lines()).last().asString().matches("See modelscan-storage \\w+( \\w+)? --help");
    }

    @Test
    void aListOfNamesIsWrapped() {
        assertThat(run("import x.json --format odd DB").err().lines())
                .hasSizeGreaterThan(5)
                .allMatch(line -> line.length() <= Screen.COLUMNS);
    }

    @Test
    void aFileOfNoFormPointsToTheList() throws Exception {
        Path page = Files.writeString(directory.resolve("pom.xml"), "<project/>");

        assertThat(MainTest.run("import", page.toString(), "--db", file).err())
                .isEqualToIgnoringNewLines(
                        "error: pom.xml is text that is not JSON; import --help lists the forms that it reads");
    }

    @Test
    void whatIsMissingIsNamedByTheCommandThatMakesIt() {
        assertThat(run("search x DB").err())
                .isEqualToIgnoringNewLines("error: the database has no search index; search --enable makes it");
    }

    @Test
    void aTimeLimitIsNamedByItsOption() {
        String endless = "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM x) SELECT count(*) FROM x";

        assertThat(MainTest.run("query", "--timeout", "1", endless, "--db", file)
                        .err())
                .contains("it took longer than --timeout, which is 1000 ms");
    }

    @Test
    void anOlderSchemaIsToBeMigrated() {
        assertThat(Messages.of(new StorageException(SchemaState.VALIDATE_ONLY, null)))
                .contains("run migrate")
                .doesNotContainPattern(API);
    }

    @Test
    void enginesAreNamedAsTheOptionTakesThem() {
        String message = run("schema export --engine oracle").err();
        assertThat(message).contains("engine oracle is unknown; write sqlite or postgresql");
        for (String name : List.of("sqlite", "postgresql")) {
            assertThat(run("schema export --engine " + name).code()).isZero();
        }
    }
}
