package dev.modelscan.storage.codegen;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.schema.DefaultSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.ParserException;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.util.jaxb.tools.MiniJAXB;

/** The schema of a migrated scratch database: the library's tables and the application's. */
final class ScratchSchema {

    private static final Pattern INTERNAL = Pattern.compile("sqlite_.*|modelscan_(.*_)?schema_history");

    /** SQLite's names for text, which is what the library's types are made of. */
    private static final String TEXT = "(?i:text|clob|(var)?char.*)";

    // The build's own types have priority 0. The higher one is applied.
    private static final int BY_KEY = -1;
    private static final int BY_NAME = -2;

    private static final String PACKAGES = "dev.modelscan.storage.";

    private static final String TYPES = "dev.modelscan.storage.ColumnTypes.";

    private static final Set<String> LIBRARYS =
            DefaultSchema.DEFAULT_SCHEMA.tableStream().map(Table::getName).collect(Collectors.toUnmodifiableSet());

    private final DSLContext create;

    ScratchSchema(DSLContext create) {
        this.create = create;
    }

    /** Whether a table is SQLite's own, or a history of migrations. */
    boolean isInternal(String table) {
        return INTERNAL.matcher(table).matches();
    }

    boolean isLibrarys(String table) {
        return LIBRARYS.contains(table.toLowerCase(Locale.ROOT));
    }

    /**
     * jOOQ parses each table's stored statement. If it cannot, it only logs that, and generates the table
     * without its keys.
     *
     * @throws SchemaException for the first table that it cannot parse
     */
    void requireReadable() {
        for (Record table : create.fetch(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL" + " ORDER BY name")) {
            String name = table.get(0, String.class);
            try {
                if (!isInternal(name)) {
                    create.parser().parse(table.get(1, String.class));
                }
            } catch (ParserException e) {
                throw new SchemaException(
                        "table " + name + ": jOOQ's code generator cannot read its definition: "
                                + String.valueOf(e.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse("")
                                + "\nWrite it with plain values as defaults and simple checks, in a new migration if it is"
                                + " released",
                        e);
            }
        }
    }

    /** A digest of what code is generated from. */
    String version(Stream<String> settings) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Stream.concat(
                            create
                                    .fetch(
                                            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
                                    .stream()
                                    .map(part -> part.get(0) + " " + part.get(1)),
                            settings)
                    .forEach(part -> digest.update((part + '\n').getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The library's types: first of columns that refer to its columns, then of names. */
    List<ForcedType> types() {
        List<ForcedType> named = named();
        List<ForcedType> all = new ArrayList<>();
        for (Record key : create.fetch("""
                SELECT t.name, k."from", k."table",
                       coalesce(k."to", (SELECT c.name FROM pragma_table_info(k."table") c WHERE c.pk = 1))
                FROM sqlite_schema t, pragma_foreign_key_list(t.name) k
                WHERE t.type = 'table'
                ORDER BY t.name, k.id, k.seq""")) {
            String target = key.get(2) + "." + key.get(3);
            named.stream()
                    .filter(type -> type.getUserType() != null && matches(type, target))
                    .findFirst()
                    .ifPresent(type -> all.add(copy(type)
                            .withIncludeExpression(Pattern.quote(String.valueOf(key.get(0))) + "\\."
                                    + Pattern.quote(String.valueOf(key.get(1))))));
        }
        all.addAll(named);
        return all;
    }

    private static boolean matches(ForcedType type, String column) {
        return Pattern.compile(type.getIncludeExpression(), Pattern.CASE_INSENSITIVE | Pattern.COMMENTS)
                .matcher(column)
                .matches();
    }

    private static ForcedType copy(ForcedType type) {
        return new ForcedType()
                .withPriority(BY_KEY)
                .withUserType(type.getUserType())
                .withConverter(type.getConverter())
                .withBinding(type.getBinding())
                .withIncludeTypes(type.getIncludeTypes());
    }

    /** The types of the library's columns, made of public classes. */
    private static List<ForcedType> named() {
        List<ForcedType> types = new ArrayList<>();
        columns()
                .forEach((type, columns) -> types.add(new ForcedType()
                        .withPriority(BY_NAME)
                        .withUserType(type.getName())
                        .withConverter(TYPES + "of(" + type.getName() + ".class)")
                        .withIncludeExpression(String.join("|", columns))
                        .withIncludeTypes(TEXT)));
        try (InputStream file = ScratchSchema.class.getResourceAsStream("codegen.xml")) {
            if (file == null) {
                throw new IllegalStateException("codegen.xml is missing; the library was not built whole");
            }
            Configuration build = MiniJAXB.unmarshal(file, Configuration.class);
            build.getGenerator().getDatabase().getForcedTypes().stream()
                    .filter(type -> type.getConverter() == null)
                    .forEach(type -> types.add(published(type)));
        } catch (IOException e) {
            throw new UncheckedIOException("codegen.xml cannot be read", e);
        }
        return types;
    }

    /**
     * The types of the public packages, with patterns of their columns: the library's, and those called as only ids of
     * this type are.
     */
    private static Map<Class<?>, Set<String>> columns() {
        Map<Class<?>, Set<String>> columns = new LinkedHashMap<>();
        Map<String, Set<Class<?>>> ids = new TreeMap<>();
        DefaultSchema.DEFAULT_SCHEMA.tableStream().flatMap(Table::fieldStream).forEach(field -> {
            Class<?> type = field.getType();
            if (type.getPackageName().startsWith(PACKAGES)) {
                columns.computeIfAbsent(type, key -> new LinkedHashSet<>())
                        .add(Pattern.quote(Objects.requireNonNull(((TableField<?, ?>) field).getTable())
                                        .getName() + "." + field.getName()));
            }
            if (Id.class.isAssignableFrom(type)) {
                ids.computeIfAbsent(field.getName(), key -> new HashSet<>()).add(type);
            }
        });
        ids.forEach((name, types) -> {
            if (types.size() == 1) {
                Objects.requireNonNull(columns.get(types.iterator().next())).add(".*\\." + Pattern.quote(name));
            }
        });
        return columns;
    }

    private static ForcedType published(ForcedType type) {
        type.setPriority(BY_NAME);
        if (type.getBinding() == null) {
            return type;
        }
        type.setBinding(TYPES + type.getBinding().substring(type.getBinding().lastIndexOf('.') + 1));
        return type.withIncludeTypes(TEXT);
    }
}
