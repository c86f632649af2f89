package dev.modelscan.storage.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.workflows.Workflow;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives, and what stands beside them in a directory. */
class ArchivesTest {

    private static final String START = "{'version': 2, 'eval': {'task': 'walk', 'eval_id': 'e'}, 'plan': {}}";
    private static final String HEADER = START.replace("}}", "}, 'status': 'success'}\n");
    private static final String[] LOG = {
        "_journal/start.json",
        START,
        "samples/1_epoch_1.json",
        sample(1),
        "samples/2_epoch_1.json",
        sample(2),
        "_journal/summaries/1.json",
        "[{'id': 1, 'input': 'q', 'choices': ['a', 'b']}]",
        "header.json",
        HEADER,
    };

    @TempDir
    Path directory;

    @Test
    void aLogOfInspectIsOneFileWithItsHeader() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("logs"));
        zip(folder.resolve("walk.eval"), LOG);
        requireLog(folder);
        requireLog(folder.resolve("walk.eval"));
    }

    @Test
    void aLogOfInspectMayBeCompressedByZstd() throws IOException {
        Path file = directory.resolve("walk.eval");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(file)) {
            for (int i = 0; i < LOG.length; i += 2) {
                put(out, LOG[i], json(LOG[i + 1]), true);
            }
        }
        requireLog(file);
    }

    @Test
    void aLogThatIsBeingWrittenHasAStart() throws IOException {
        Path file = directory.resolve("walk.eval");
        zip(file, "_journal/start.json", START, "samples/1_epoch_1.json", sample(1));
        Run run = run(file);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("1 transcript imported");
    }

    @Test
    void whatIsNoRunDoesNotEndADirectory() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("in"));
        Files.writeString(folder.resolve("a.json"), "");
        zip(folder.resolve("b.zip"), "picture.png", "x");
        Files.writeString(folder.resolve("c.json"), "[{\"input\":\"q\",\"target\":\"A\",\"choices\":[\"1\",\"2\"]}]");
        Files.writeString(folder.resolve("d.json"), "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        Run run = run(folder);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err().lines())
                .containsExactly(
                        "left out: a.json is empty; there is nothing to import",
                        "left out: b.zip is a zip archive without a .json, .jsonl or SQLite file in it",
                        "left out: c.json is a JSON array whose first element is an object with the members input,"
                                + " target, choices, in no known form");
        assertThat(run.out()).contains("4 files (1 read, 3 left out): 1 transcript imported");
        Files.writeString(folder.resolve("e.zip"), "PK\u0003\u0004 cut off");
        Run damaged = run(folder);
        assertThat(damaged.code()).isEqualTo(1);
        assertThat(damaged.err()).contains("error: e.zip is a damaged zip archive");
        assertThat(damaged.out())
                .contains("1 stored already", "5 files (1 read, 3 left out, 1 not read): 0 transcripts imported");
    }

    /** Which of the two is meant, nobody knows. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoFilesOfOneNameAreRefused(boolean byZstd) throws IOException {
        Path file = directory.resolve("two.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(file)) {
            for (String text : new String[] {"first", "second"}) {
                put(out, "a.json", json("{'messages':[{'role':'user','content':'" + text + "'}]}"), byZstd);
            }
        }
        Run run = run(file);
        assertThat(run.code()).as(run.out()).isEqualTo(1);
        assertThat(run.err())
                .contains("two.zip is a zip archive with two files named a.json; unpack it, and give them two names");
    }

    @Test
    void ofFilesThatAreNotReadTwoMayHaveOneName() throws IOException {
        Path export = directory.resolve("export.zip");
        String conversation = "[{'id':'c','title':'t','current_node':'n','mapping':{'n':{'id':'n','message':{'id':'m',"
                + "'author':{'role':'user'},'content':{'content_type':'text','parts':['x']}}}}}]";
        zipWithTwo("user.json", export, "conversations.json", conversation);
        Run read = run(export);
        assertThat(read.code()).as(read.err()).isZero();
        assertThat(read.out()).contains("1 transcript imported");

        Path log = directory.resolve("walk.eval");
        zipWithTwo("summaries.json", log, "_journal/start.json", START, "samples/1_epoch_1.json", sample(1));
        Run logged = run(log);
        assertThat(logged.code()).as(logged.err()).isZero();
    }

    /** An archive of Inspect is read by the names of its header and its samples. */
    @ParameterizedTest
    @ValueSource(strings = {"_journal/start.json", "samples/1_epoch_1.json"})
    void twoFilesOfALogWithOneNameAreRefused(String name) throws IOException {
        Path log = directory.resolve("walk.eval");
        zipWithTwo(name, log, "_journal/start.json", START, "samples/1_epoch_1.json", sample(1));
        Run run = run(log);
        assertThat(run.code()).as(run.out()).isEqualTo(1);
        assertThat(run.err()).contains("two files named " + name);
    }

    private static void zipWithTwo(String twice, Path file, String... entries) throws IOException {
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(file)) {
            put(out, twice, json("{}"), false);
            put(out, twice, json("{}"), false);
            for (int i = 0; i < entries.length; i += 2) {
                put(out, entries[i], json(entries[i + 1]), false);
            }
        }
    }

    private static void put(ZipArchiveOutputStream out, String name, byte[] bytes, boolean byZstd) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        if (!byZstd) {
            out.putArchiveEntry(entry);
            out.write(bytes);
            out.closeArchiveEntry();
            return;
        }
        byte[] compressed = Zstd.compress(bytes);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        entry.setSize(bytes.length);
        entry.setCompressedSize(compressed.length);
        entry.setMethod(ZipMethod.ZSTD.getCode());
        out.addRawArchiveEntry(entry, new ByteArrayInputStream(compressed));
    }

    private void requireLog(Path file) throws IOException {
        Run run = run(file);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        try (Database db = Database.open(directory.resolve("import.db"))) {
            assertThat(db.stats().rows()).containsEntry("tasks", 2L).containsEntry("messages", 4L);
            assertThat(db.workflows().list(10, 0)).hasSize(1).allSatisfy(ArchivesTest::requireHeader);
        }
    }

    private static void requireHeader(Workflow log) {
        assertThat(log.name()).isEqualTo("walk.eval");
        assertThat(log.metadata().toString()).contains("\"eval_id\":\"e\"", "\"success\"");
    }

    private static String sample(int id) {
        return "{'id': " + id + ", 'epoch': 1, 'input': 'q', 'uuid': 'u" + id + "', 'messages': [{'role': 'user',"
                + " 'content': 'q'}, {'role': 'assistant', 'content': 'a'}]}";
    }

    private static void zip(Path file, String... entries) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < entries.length; i += 2) {
                out.putNextEntry(new ZipEntry(entries[i]));
                out.write(json(entries[i + 1]));
            }
        }
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }

    private Run run(Path file) {
        return MainTest.run("import", "--db", directory.resolve("import.db").toString(), file.toString());
    }
}
