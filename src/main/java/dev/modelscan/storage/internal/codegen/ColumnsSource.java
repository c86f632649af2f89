package dev.modelscan.storage.internal.codegen;

import static dev.modelscan.storage.internal.codegen.Sources.REPOSITORIES;
import static dev.modelscan.storage.internal.codegen.Sources.ROOT;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The source of the columns of one kind of record, and of the mapper that makes the record of a row. */
final class ColumnsSource {

    /** The columns of an {@code Origin}, in the order of {@code OriginColumns}. */
    private static final List<String> ORIGIN =
            List.of("source_format", "source_id", "source_record", "source_line", "source_offset", "external_id");

    private static final String NANOS = "_nanos";

    private static final String TEXT = """
            /** The columns of {@link $NAME}. */
            public final class $NAMEColumns {

                public static final Columns<$NAME> COLUMNS = new Columns<>("$WORDS");
            $CONSTANTS
                private $NAMEColumns() {}

                /** The queries that every kind has, the references to other records, and the list, oldest first. */
                static Mapping<ID, $NAME> mapping() {
                    return new Mapping<>(
                            "$WORDS", () -> Tables.$TABLE, COLUMNS, $NAMEColumns::map, ID, $LAST)$TARGETS
                            .listedBy($CREATED, ID);
                }

                public static $NAME map(Row row) throws SQLException {
                    return new $NAME(
            $ARGUMENTS);
                }
            }
            """;

    private final Kind kind;
    private final Map<String, String> types;
    private final Map<String, Kind> references;
    private final Set<String> imports = new TreeSet<>(Set.of(
            "java.sql.SQLException",
            ROOT + ".internal.query.Codec",
            ROOT + ".internal.query.Column",
            ROOT + ".internal.query.Columns",
            ROOT + ".internal.query.Row",
            ROOT + ".schema.Tables"));
    private final Set<String> left;
    private final List<String> constants = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final List<String> targets = new ArrayList<>();

    /**
     * Writes nothing yet.
     *
     * @param types the Java types of the table's columns
     * @param references what its columns refer to
     */
    ColumnsSource(Kind kind, Map<String, String> types, Map<String, Kind> references) {
        this.kind = kind;
        this.types = types;
        this.references = references;
        this.left = new LinkedHashSet<>(types.keySet());
    }

    String text() {
        kind.components().forEach(this::add);
        // The record lacks components for these. The compiler says so.
        List.copyOf(left).forEach(column -> addColumn(column, name() + "::" + Kind.camel(column)));
        List<String> last = kind.components().stream()
                .skip(kind.components().size() - 3L)
                .map(component -> constant(Kind.snake(component.name())))
                .toList();
        String body = TEXT.replace("$CONSTANTS", String.join("", constants))
                .replace("$ARGUMENTS", String.join(",\n", arguments))
                .replace("$TARGETS", String.join("", targets))
                .replace("<ID,", "<" + use(kind.id()) + ",")
                .replace("$TABLE", kind.constant())
                .replace("$LAST", String.join(", ", last))
                .replace("$CREATED", last.get(1))
                .replace("$WORDS", kind.words())
                .replace("$NAME", name());
        StringBuilder head = new StringBuilder("package " + REPOSITORIES + ";\n\n");
        imports.forEach(name -> head.append("import ").append(name).append(";\n"));
        return head.append('\n').append(body).toString();
    }

    private String name() {
        return use(kind.type());
    }

    /** The name of a type by which the source refers to it. */
    private String use(String type) {
        if (!type.startsWith("java.lang.")) {
            imports.add(type.replaceAll("<.*", ""));
        }
        return type.replaceAll("[a-z0-9]+\\.", "");
    }

    private static String constant(String column) {
        return column.toUpperCase(Locale.ROOT);
    }

    private void add(Sources.Component component) {
        String column = Kind.snake(component.name());
        String getter = name() + "::" + component.name();
        String read = component.nullable() ? "find" : "get";
        String argument;
        if (component.type().equals("Origin")) {
            addOrigin(column, getter);
            argument = constant(column) + ".read(row)";
        } else if (component.type().equals("BigDecimal") && types.containsKey(column + NANOS)) {
            String decimals = use(ROOT + ".internal.values.Decimals");
            addColumn(column + NANOS, "record -> " + decimals + ".toNanos(record." + component.name() + "())");
            argument = decimals + (component.nullable() ? ".optionalOfNanos" : ".ofNanos") + "(row." + read + "("
                    + constant(column + NANOS) + "))";
        } else {
            addColumn(column, getter);
            argument = "row." + read + "(" + constant(column) + ")";
        }
        arguments.add("                /* " + component.name() + "= */ " + argument);
    }

    private void addColumn(String column, String getter) {
        left.remove(column);
        String type = types.getOrDefault(column, "java.lang.String");
        constants.add("""
                    static final Column<$NAME, $TYPE> $CONSTANT =
                            COLUMNS.add("$CAMEL", $CODEC, () -> Tables.$TABLE.$CONSTANT, $GETTER);
                """.replace("$TYPE", use(type))
                .replace("$CONSTANT", constant(column))
                .replace("$CAMEL", Kind.camel(column))
                .replace("$CODEC", codec(type))
                .replace("$GETTER", getter));
        addReference(column, constant(column));
    }

    private void addReference(String column, String field) {
        Kind target = references.get(column);
        if (target != null) {
            targets.add("\n                .references(\"%s\", %s, () -> Tables.%s.ID)"
                    .formatted(target.words(), field, target.constant()));
        }
    }

    private void addOrigin(String column, String getter) {
        ORIGIN.forEach(left::remove);
        constants.add("""
                    static final OriginColumns<$NAME> $CONSTANT = new OriginColumns<>(
                            COLUMNS, new OriginColumns.Fields($FIELDS), $GETTER);
                """.replace("$CONSTANT", constant(column))
                .replace(
                        "$FIELDS",
                        String.join(
                                ", ",
                                ORIGIN.stream()
                                        .map(field -> "() -> Tables.$TABLE." + constant(field))
                                        .toList()))
                .replace("$GETTER", getter));
        ORIGIN.forEach(field -> addReference(field, constant(column) + "." + Kind.camel(field)));
    }

    /** How values of a type are read and bound. */
    private String codec(String type) {
        String formats = ROOT + ".internal.codec.Formats";
        return switch (type) {
            case "java.lang.String" -> "Codec.TEXT";
            case "java.lang.Long" -> "Codec.LONG";
            case "java.lang.Integer" -> "Codec.INTEGER";
            case "java.time.Instant" -> "Codec.TIME";
            case ROOT + ".Json" -> "Codec.text(" + use(formats) + ".JSON)";
            case "java.util.List<java.lang.String>" -> "Codec.text(" + use(formats) + ".STRINGS)";
            default ->
                type.endsWith("Id")
                        ? "Codec.id(" + use(type) + "::new)"
                        : "Codec.code(" + use(type) + "::fromCode, " + use(type) + "::code)";
        };
    }
}
