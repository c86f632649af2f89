package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.cli.archives.ArchiveReader;
import dev.modelscan.storage.cli.archives.ArchiveWriter;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.support.PostgresServer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Databases that a seed fills are equal after a way through an archive, on either engine. */
class RandomArchiveTest {

    private static final int SEEDS = Integer.getInteger("modelscan.archive.seeds", 2);
    private static final int STEPS = 150;

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> isTheDatabase() {
        return IntStream.range(0, SEEDS).mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> check(seed)));
    }

    private void check(int seed) throws IOException {
        Path archive = directory.resolve(seed + ".jsonl");
        List<Finding> findings;
        try (Database source = file("source" + seed)) {
            if (seed % 2 == 1) {
                source.search().enable();
                source.audit().enable();
            }
            new RandomDatabase(source, seed).fill(STEPS);
            Files.writeString(archive, archiveOf(source));
            findings = source.doctor().findings();
        }
        try (Database file = file("file" + seed)) {
            requireEqual(archive, file, findings, seed);
        }
        if (seed == 1 || SEEDS > 2) {
            try (Database server = server()) {
                requireEqual(archive, server, findings, seed);
            }
        }
    }

    private static void requireEqual(Path archive, Database target, List<Finding> findings, int seed)
            throws IOException {
        if (seed % 3 == 0) {
            target.search().enable();
            target.audit().enable();
        }
        store(archive, target, false);
        List<String> lines = Files.readAllLines(archive);
        assertThat(archiveOf(target).lines().toList()).containsExactlyElementsOf(lines);
        assertThat(target.doctor().findings()).isEqualTo(findings);
        store(archive, target, true);
    }

    private static void store(Path archive, Database target, boolean newIds) throws IOException {
        ArchiveReader reader = new ArchiveReader(archive);
        reader.check();
        target.useTx(tx -> reader.store(tx.dsl(), newIds));
    }

    private Database file(String name) {
        return Database.builder()
                .path(directory.resolve(name + ".db"))
                .keepDeleted(Duration.ofDays(1))
                .open();
    }

    private static Database server() {
        return Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .keepDeleted(Duration.ofDays(1))
                .open();
    }

    private static String archiveOf(Database db) throws IOException {
        StringWriter archive = new StringWriter();
        db.useTx(Isolation.REPEATABLE_READ, tx -> new ArchiveWriter(archive).write(tx.dsl()));
        return archive.toString();
    }
}
