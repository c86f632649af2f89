package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.schema.DefaultSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jooq.ForeignKey;
import org.jooq.Table;
import org.jooq.UniqueKey;
import org.junit.jupiter.api.Test;

/** docs/schema-contract.md promises columns and keys; the schema keeps each. */
class SchemaContractTest {

    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)\\.(\\w+)` \\| `(\\w+)` \\| (yes|no) \\|(.*)\\|");

    private static List<MatchResult> rows() throws IOException {
        return ROW.matcher(Files.readString(Path.of("docs/schema-contract.md")))
                .results()
                .toList();
    }

    /** What the page would say of a column. */
    private static String said(Table<?> table, Field<?> field) {
        List<String> words = new ArrayList<>();
        UniqueKey<?> key = table.getPrimaryKey();
        if (key != null && key.getFields().contains(field)) {
            words.add(key.getFields().size() == 1 ? "key" : "part of the key");
        } else if (table.getUniqueKeys().stream()
                .anyMatch(unique -> unique.getFields().equals(List.of(field)))) {
            words.add("unique");
        }
        for (ForeignKey<?, ?> reference : table.getReferences()) {
            if (reference.getFields().equals(List.of(field))) {
                words.add("refers to `" + reference.getKey().getTable().getName() + "."
                        + reference.getKeyFields().get(0).getName() + "`");
            }
        }
        return "| `%s.%s` | `%s` | %s | %s |"
                .formatted(
                        table.getName(),
                        field.getName(),
                        field.getType().getSimpleName(),
                        field.getDataType().nullable() ? "yes" : "no",
                        String.join("; ", words))
                .replace("|  |", "| |");
    }

    @Test
    void eachPromisedColumnIsThereAsPromised() throws IOException {
        List<MatchResult> rows = rows();
        assertThat(rows).hasSizeGreaterThan(70);
        for (MatchResult row : rows) {
            Table<?> table = DefaultSchema.DEFAULT_SCHEMA.getTable(row.group(1));
            assertThat(table).as(row.group()).isNotNull();
            Field<?> field = table.field(row.group(2));
            assertThat(field).as(row.group()).isNotNull();
            assertThat(said(table, field)).isEqualTo(row.group());
        }
    }

    /** A key of an application's may refer to no column that is not promised, so each table's key is on the page. */
    @Test
    void theKeyOfEachPromisedTableIsPromised() throws IOException {
        Set<String> promised =
                rows().stream().map(row -> row.group(1) + "." + row.group(2)).collect(Collectors.toSet());
        Set<String> tables = rows().stream().map(row -> row.group(1)).collect(Collectors.toCollection(TreeSet::new));
        for (String name : tables) {
            UniqueKey<?> key = DefaultSchema.DEFAULT_SCHEMA.getTable(name).getPrimaryKey();
            assertThat(key.getFields()).allMatch(field -> promised.contains(name + "." + field.getName()));
        }
    }

    /** Whoever copies a question of docs/questions.md relies on its columns. */
    @Test
    void eachColumnOfTheQuestionsIsPromised() throws IOException {
        Set<String> promised =
                rows().stream().map(row -> row.group(1) + "." + row.group(2)).collect(Collectors.toSet());
        Set<String> read = Pattern.compile("\\b([A-Z_]{4,})\\.([A-Z_]{2,})\\b")
                .matcher(Files.readString(Path.of("docs/questions.md")))
                .results()
                .map(column -> column.group().toLowerCase(Locale.ROOT))
                .filter(column ->
                        DefaultSchema.DEFAULT_SCHEMA.getTable(column.substring(0, column.indexOf('.'))) != null)
                .collect(Collectors.toSet());

        assertThat(read).hasSizeGreaterThan(30).isSubsetOf(promised);
    }
}
