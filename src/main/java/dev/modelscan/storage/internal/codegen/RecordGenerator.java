package dev.modelscan.storage.internal.codegen;

import static dev.modelscan.storage.internal.codegen.Sources.REPOSITORIES;
import static dev.modelscan.storage.internal.codegen.Sources.ROOT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.codegen.JavaGenerator;
import org.jooq.meta.ColumnDefinition;
import org.jooq.meta.Database;
import org.jooq.meta.SchemaDefinition;
import org.jooq.meta.TableDefinition;
import org.jooq.meta.jaxb.ForcedType;
import org.jspecify.annotations.Nullable;

/**
 * jOOQ's generator, which also writes what follows from a table and its record. The record of the table
 * {@code task_comments} is {@code TaskComment}, in whichever package has it. Then
 *
 * <ul>
 *   <li>{@code TaskCommentId} is generated into that package, unless it is there
 *   <li>{@code task_comments.id}, and each column with a foreign key to it, is a {@code TaskCommentId}
 *   <li>a column is of the enum that the record's component of its name is of
 *   <li>{@code TaskCommentColumns}, the columns and the mapper, is generated for the repository, unless it was written
 *   <li>a {@code TaskCommentRepository} in that package makes it a line of {@code Entities}
 * </ul>
 *
 * A column without a component, or a component without a column, is an error of the compiler in {@code
 * TaskCommentColumns}, which names both.
 */
public final class RecordGenerator extends JavaGenerator {

    private static final String CONVERTERS = ROOT + ".internal.codec.Converters.";

    private Sources sources = new Sources(Path.of(""));

    /** The records by their tables. */
    private final Map<String, Kind> kinds = new TreeMap<>();

    /** Foreign keys: {@code tasks.agent_id} to {@code agents.id}. */
    private final Map<String, String> keys = new LinkedHashMap<>();

    private final Set<Path> written = new HashSet<>();

    @Override
    public void generate(Database database) {
        String project = database.getBasedir();
        sources = new Sources(Path.of(project == null ? "" : project));
        database.create().fetch("""
                SELECT t.name || '.' || k."from",
                       k."table" || '.' || coalesce(k."to", (SELECT c.name FROM pragma_table_info(k."table") c WHERE c.pk = 1))
                FROM sqlite_schema t, pragma_foreign_key_list(t.name) k
                WHERE t.type = 'table'
                ORDER BY t.name, k.id, k.seq""").forEach(key -> keys.put(text(key.get(0)), text(key.get(1))));
        database.create()
                .fetch("SELECT t.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE c.name = 'id'")
                .forEach(table -> findRecord(text(table.get(0))));
        database.getConfiguredForcedTypes().addAll(types());
        super.generate(database);
    }

    private static String text(@Nullable Object value) {
        return String.valueOf(value);
    }

    private void findRecord(String table) {
        String name = Kind.typeOf(table);
        sources.packageOf(name)
                .ifPresent(
                        home -> kinds.put(table, new Kind(table, home, name, sources.components(home + "." + name))));
    }

    /** The types of keys, of what refers to them, and of enums. */
    private List<ForcedType> types() {
        List<ForcedType> types = new ArrayList<>();
        for (Kind kind : kinds.values()) {
            String columns = Stream.concat(
                            Stream.of(kind.key()), keys.keySet().stream().filter(column -> target(column)
                                    .equals(kind.key())))
                    .map(Pattern::quote)
                    .collect(Collectors.joining("|"));
            types.add(type(columns, kind.id(), "id(%1$s.class, %1$s::new)"));
            for (Sources.Component component : kind.components()) {
                String type = kind.home() + "." + component.type();
                if (sources.has(type) && sources.isEnum(type)) {
                    types.add(type(
                            Pattern.quote(kind.table() + "." + Kind.snake(component.name())),
                            type,
                            "code(%1$s.class, %1$s::fromCode, %1$s::code)"));
                }
            }
        }
        return types;
    }

    private static ForcedType type(String columns, String type, String converter) {
        return new ForcedType()
                .withUserType(type)
                .withConverter(CONVERTERS + converter.formatted(type))
                .withIncludeExpression(columns);
    }

    /** The key that a column refers to in the end; the column itself if it refers to nothing. */
    private String target(String column) {
        String next = keys.get(column);
        return next == null ? column : target(next);
    }

    @Override
    protected void generateSchema(SchemaDefinition schema) {
        super.generateSchema(schema);
        List<Kind> entities = new ArrayList<>();
        for (TableDefinition table : schema.getTables()) {
            Kind kind = kinds.get(table.getName());
            if (kind == null) {
                continue;
            }
            if (!sources.has(kind.id())) {
                write(kind.id(), IdSource.of(kind, sources.since(kind.type())));
            }
            boolean hasColumns = sources.has(kind.columns());
            if (!hasColumns && kind.isVersioned()) {
                write(kind.columns(), new ColumnsSource(kind, javaTypes(table), references(kind)).text());
                hasColumns = true;
            }
            if (hasColumns && sources.has(kind.type() + "Repository")) {
                entities.add(kind);
            }
        }
        write(REPOSITORIES + ".Entities", EntitiesSource.of(entities));
        deleteOthers();
    }

    /** The Java types of a table's columns, in order. */
    private static Map<String, String> javaTypes(TableDefinition table) {
        Map<String, String> types = new LinkedHashMap<>();
        for (ColumnDefinition column : table.getColumns()) {
            String type = column.getType().getJavaType();
            types.put(
                    column.getName(),
                    type != null
                            ? type
                            : switch (column.getType().getType().toUpperCase(Locale.ROOT)) {
                                case "BIGINT" -> "java.lang.Long";
                                case "INTEGER" -> "java.lang.Integer";
                                default -> "java.lang.String";
                            });
        }
        return types;
    }

    /** The records that columns of a kind refer to. */
    private Map<String, Kind> references(Kind kind) {
        Map<String, Kind> references = new LinkedHashMap<>();
        keys.keySet().stream()
                .filter(column -> column.startsWith(kind.table() + "."))
                .forEach(column -> kinds.values().stream()
                        .filter(target -> target.key().equals(keys.get(column)))
                        .forEach(target ->
                                references.put(column.substring(kind.table().length() + 1), target)));
        return references;
    }

    private void write(String type, String text) {
        Path file = Path.of(getTargetDirectory(), type.replace('.', '/') + ".java");
        try {
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written.add(file);
    }

    /** Deletes what an earlier run has generated outside the package of the tables, which jOOQ itself clears. */
    private void deleteOthers() {
        Path tables = Path.of(getTargetDirectory(), getTargetPackage().replace('.', '/'));
        try (Stream<Path> files = Files.walk(Path.of(getTargetDirectory()))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.startsWith(tables) && !written.contains(file)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
