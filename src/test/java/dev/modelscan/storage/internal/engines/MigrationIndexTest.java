package dev.modelscan.storage.internal.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build lists, and what it rejects. */
class MigrationIndexTest {

    @TempDir
    private Path directory;

    private Path sql() {
        return directory.resolve("sql");
    }

    private void script(String name) throws IOException {
        Path file = sql().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "SELECT 1;");
    }

    @Test
    void eachEngineGetsAnIndexInTheOrderOfNames() throws IOException {
        for (String engine : List.of("duckdb", "postgresql", "sqlite")) {
            script(engine + "/V2__b.sql");
            script(engine + "/V1__a.sql");
        }
        MigrationIndex.write(sql(), directory);
        assertThat(directory.resolve("dev/modelscan/storage/migration/duckdb/index"))
                .hasContent("V1__a.sql\nV2__b.sql");
        assertThat(directory.resolve("dev/modelscan/storage/migration/sqlite/index"))
                .exists();
    }

    @Test
    void aMissingTwinIsNamed() throws IOException {
        script("sqlite/V1__a.sql");
        script("sqlite/V2__b.sql");
        script("postgresql/V1__a.sql");
        assertThatIllegalStateException()
                .isThrownBy(() -> MigrationIndex.write(sql(), directory))
                .withMessageContaining("Add " + sql().resolve("postgresql/V2__b.sql") + ";");
    }

    @Test
    void ofAMisnamedTwinBothNamesAreNamed() throws IOException {
        script("sqlite/V1__a.sql");
        script("postgresql/V1__A.sql");
        assertThatIllegalStateException()
                .isThrownBy(() -> MigrationIndex.write(sql(), directory))
                .withMessageContaining("postgresql/V1__a.sql")
                .withMessageContaining("sqlite/V1__A.sql");
    }
}
