package dev.modelscan.storage.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What sources keep in temporary files, and what is left of it. */
class SpoolTest {

    private Path directory;
    private Set<Path> before;

    @BeforeEach
    void find() throws IOException {
        Path any = TemporaryFiles.create(".json");
        directory = any.getParent();
        Files.delete(any);
        before = files();
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return new HashSet<>(files.toList());
        }
    }

    private List<Path> made() throws IOException {
        return files().stream().filter(file -> !before.contains(file)).toList();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(made()).isEmpty();
    }

    private static SpooledArray array(Spool spool) throws IOException {
        SpooledArray array = spool.array();
        for (int i = 0; i < 3; i++) {
            array.append(IntNode.valueOf(i));
        }
        return array;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anElementAloneKeepsNoFileOpen() throws IOException {
        try (Spool spool = new Spool()) {
            SpooledArray array = array(spool);

            assertThat(array.get(0).intValue()).isZero();
            assertThat(array.path(1).intValue()).isEqualTo(1);
            assertThat(array.get(-1)).isNull();
            assertThat(array.path(3).isMissingNode()).isTrue();
            assertThat(open()).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anIterationThatEndsEarlyIsClosedWithTheSource() throws IOException {
        try (Spool spool = new Spool()) {
            assertThat(array(spool).iterator().next().intValue()).isZero();
        }
        assertThat(open()).isZero();
    }

    /** How many temporary files this process has open, also if they are deleted. */
    private long open() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(link -> isOfThis(link)).count();
        }
    }

    private boolean isOfThis(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().startsWith(directory + "/");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    @Test
    void oneThatCannotBeDeletedKeepsNoOther() throws IOException {
        Spool spool = new Spool();
        spool.array();
        Path stuck = made().get(0);
        spool.array();
        Files.delete(stuck);
        Path inside = Files.createFile(Files.createDirectory(stuck).resolve("inside"));

        assertThatThrownBy(spool::close).isInstanceOf(DirectoryNotEmptyException.class);

        assertThat(made()).containsExactly(stuck);
        Files.delete(inside);
        Files.delete(stuck);
    }

    @Test
    void aDatabaseThatIsCutOffLeavesNoCopy() throws IOException {
        byte[] database = new byte[200_000];
        new Random(1).nextBytes(database);
        byte[] start = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(start, 0, database, 0, start.length);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(database);
        }
        byte[] cut = Arrays.copyOf(zipped.toByteArray(), zipped.size() / 2);

        ByteArrayInputStream in = new ByteArrayInputStream(cut);
        assertThatThrownBy(() -> Decoded.of(Input.stream("cut.db.gz", in), in)).isInstanceOf(IOException.class);
    }
}
