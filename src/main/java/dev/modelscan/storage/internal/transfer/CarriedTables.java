package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.SqliteSchema;
import dev.modelscan.storage.internal.transfer.CopiedTable.Column;
import dev.modelscan.storage.internal.transfer.CopiedTable.Kind;
import dev.modelscan.storage.internal.transfer.TableFacts.Reference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables that the application's migrations made in the source, and how the target's match them. */
final class CarriedTables {

    private static final Set<Kind> KEYS = Set.of(Kind.TEXT, Kind.NUMBER, Kind.TIME);

    private final boolean hasSets;
    private final List<TableFacts> source;
    private final List<String> problems = new ArrayList<>();

    private CarriedTables(boolean hasSets, List<TableFacts> source) {
        this.hasSets = hasSets;
        this.source = source;
    }

    /** Reads the tables with these names, of which there are none without sets of migrations. */
    static CarriedTables read(Connection source, MigrationPlan plan, SqliteSchema known, Set<String> leftBehind)
            throws SQLException {
        List<TableFacts> tables = new ArrayList<>();
        for (String name : known.applicationsTables()) {
            if (leftBehind.stream().noneMatch(name::equalsIgnoreCase)) {
                tables.add(SqliteCatalog.read(source, name));
            }
        }
        return new CarriedTables(plan.hasSets(), inOrder(tables));
    }

    /** Each after those that it refers to. In a cycle any order will do: keys are created after the copy. */
    private static List<TableFacts> inOrder(List<TableFacts> tables) {
        Set<TableFacts> ordered = new LinkedHashSet<>();
        List<TableFacts> left = new ArrayList<>(tables);
        while (!left.isEmpty()) {
            TableFacts next = left.stream()
                    .filter(table -> left.stream()
                            .noneMatch(other -> !other.equals(table)
                                    && table.references().stream()
                                            .map(Reference::table)
                                            .anyMatch(TableFacts.lower(other.name())::equals)))
                    .findFirst()
                    .orElse(left.get(0));
            ordered.add(next);
            left.remove(next);
        }
        return List.copyOf(ordered);
    }

    /** The names of all tables that are copied, the library's first. */
    List<String> all() {
        return Stream.concat(
                        CopiedTable.LIBRARY.stream().map(CopiedTable::name),
                        source.stream().map(TableFacts::name))
                .toList();
    }

    /**
     * All tables that are copied, the library's first.
     *
     * @param target the target's tables, by their names in lower case
     * @throws SchemaException if a table of the target differs; names all differences
     */
    List<CopiedTable> matched(Map<String, TableFacts> target, String name) {
        problems.clear();
        List<CopiedTable> tables = new ArrayList<>(CopiedTable.LIBRARY);
        for (TableFacts ours : source) {
            TableFacts theirs = target.get(TableFacts.lower(ours.name()));
            if (theirs == null) {
                problems.add("the target has no table " + ours.name());
            } else {
                tables.add(matched(ours, theirs));
            }
        }
        if (hasSets) {
            for (CopiedTable table : tables) {
                requireNoTriggers(target.get(TableFacts.lower(table.name())));
            }
        }
        if (!problems.isEmpty()) {
            throw new SchemaException(
                    name + ": tables of the application's migrations cannot be carried: " + String.join("; ", problems)
                            + ". Nothing was written. Make both engines' tables agree by a migration, or name a table"
                            + " with leaveBehind (--leave-behind) to go on without its rows",
                    null);
        }
        return List.copyOf(tables);
    }

    private void requireNoTriggers(@Nullable TableFacts table) {
        if (table != null) {
            table.triggers()
                    .forEach(trigger -> problems.add("the target's trigger " + trigger + " would run for each row that"
                            + " is copied into " + table.name() + " (open the target with the same migrations, disable"
                            + " it by ALTER TABLE ... DISABLE TRIGGER, transfer, and enable it again)"));
        }
    }

    private CopiedTable matched(TableFacts ours, TableFacts theirs) {
        List<Column> columns = new ArrayList<>();
        for (TableFacts.Column target : theirs.columns()) {
            TableFacts.Column own = ours.columns().stream()
                    .filter(column -> column.name().equalsIgnoreCase(target.name()))
                    .findFirst()
                    .orElse(null);
            String column = theirs.name() + "." + target.name();
            if (own == null) {
                problems.add(column + " is only in the target");
            } else if (own.generated() || target.generated()) {
                problems.add(column + " is computed from other columns");
            } else {
                columns.add(matched(column, own, target));
            }
        }
        ours.columns().stream()
                .filter(own -> theirs.columns().stream()
                        .noneMatch(column -> column.name().equalsIgnoreCase(own.name())))
                .forEach(own -> problems.add(ours.name() + "." + own.name() + " is only in the source"));
        requireKey(ours, theirs, columns);
        theirs.references().stream()
                .filter(reference -> !ours.references().contains(reference))
                .forEach(reference -> problems.add(
                        "the foreign key of " + theirs.name() + " " + reference + " is only in the target"));
        return CopiedTable.of(theirs.name(), columns, problems.isEmpty() ? theirs.key() : List.of(), ours.typed());
    }

    private void requireKey(TableFacts ours, TableFacts theirs, List<Column> columns) {
        if (theirs.key().isEmpty()) {
            problems.add(theirs.name() + " has no primary key in the target");
            return;
        }
        if (!lower(ours.key()).equals(lower(theirs.key()))) {
            problems.add(theirs.name() + " has the primary key " + ours.key() + " in the source, and " + theirs.key()
                    + " in the target");
            return;
        }
        for (Column column : columns) {
            boolean sorted = KEYS.contains(column.kind()) && !isEnum(theirs, column);
            if (theirs.key().contains(column.name()) && !sorted) {
                problems.add(theirs.name() + "." + column.name()
                        + " is part of the primary key, which can hold text, whole numbers and times");
            }
        }
    }

    /** An enum is sorted by the order in which its values were declared. */
    private static boolean isEnum(TableFacts table, Column column) {
        return table.columns().stream()
                .anyMatch(found ->
                        found.name().equals(column.name()) && found.type().equals("enum"));
    }

    private static List<String> lower(List<String> names) {
        return names.stream().map(TableFacts::lower).toList();
    }

    private Column matched(String name, TableFacts.Column own, TableFacts.Column target) {
        Kind kind = kind(target.type());
        if (kind == null || !affinities(kind).contains(affinity(own.type()))) {
            problems.add(name + " is " + (own.type().isBlank() ? "of no type" : own.type())
                    + " in the source, and " + target.type() + " in the target, which "
                    + (kind == null ? "no column of SQLite's is copied into" : "holds something else"));
        }
        long most =
                switch (target.type()) {
                    case "smallint" -> Short.MAX_VALUE;
                    case "integer" -> Integer.MAX_VALUE;
                    default -> Long.MAX_VALUE;
                };
        return new Column(target.name(), kind == null ? Kind.TEXT : kind, most, target.sequence());
    }

    /** Of PostgreSQL's type; null if none is sure to give back what SQLite holds. */
    private static @Nullable Kind kind(String type) {
        return switch (type) {
            case "text", "character varying", "enum" -> Kind.TEXT;
            case "smallint", "integer", "bigint" -> Kind.NUMBER;
            case "double precision" -> Kind.REAL;
            case "boolean" -> Kind.BOOLEAN;
            case "timestamp with time zone" -> Kind.TIME;
            case "json", "jsonb" -> Kind.JSON;
            case "bytea" -> Kind.BYTES;
            default -> null;
        };
    }

    private static Set<String> affinities(Kind kind) {
        return switch (kind) {
            case TEXT -> Set.of("text");
            case NUMBER, BOOLEAN -> Set.of("integer", "numeric");
            case REAL -> Set.of("real", "numeric");
            case TIME, JSON -> Set.of("text", "numeric");
            case BYTES -> Set.of("blob");
        };
    }

    /** SQLite's rules for a declared type. */
    private static String affinity(String declared) {
        String type = TableFacts.lower(declared);
        if (type.contains("int")) {
            return "integer";
        }
        if (type.contains("char") || type.contains("clob") || type.contains("text")) {
            return "text";
        }
        if (type.isEmpty() || type.contains("blob")) {
            return "blob";
        }
        return type.contains("real") || type.contains("floa") || type.contains("doub") ? "real" : "numeric";
    }
}
