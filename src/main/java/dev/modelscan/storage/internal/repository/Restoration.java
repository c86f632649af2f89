package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.Catalog.Column;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts the rows of a deleted record back: one statement for each table, whatever the number of rows. A reference to a
 * table that comes later is filled in at the end.
 */
final class Restoration {

    private static final String ALIAS = "kept";
    private static final String DOCUMENT = ALIAS + '.' + PlainSql.quoted(DELETED_ROWS.DOCUMENT.getName());

    private final Session session;
    private final Catalog catalog;
    private final DeletedRecord deleted;
    private final String subject;
    private final String keptRows;

    private Restoration(Session session, DeletedRecord deleted) {
        this.session = session;
        this.catalog = session.dialect().catalog();
        this.deleted = deleted;
        this.subject = deleted.kind() + " " + deleted.recordId();
        this.keptRows = PlainSql.table(session, DELETED_ROWS.getName());
    }

    /** What a row that lost a reference is marked with: the columns that became null. */
    static String emptied(Reference reference) {
        return String.join(",", reference.columns());
    }

    static void restore(Sessions sessions, Session session, DeletedRecord deleted) throws SQLException {
        try {
            new Restoration(session, deleted).restore();
        } catch (SQLException e) {
            if (sessions.classify(e).refusesData()) {
                throw sessions.classify(e).toException(deleted.kind(), deleted.recordId());
            }
            throw e;
        }
    }

    private void restore() throws SQLException {
        List<KeptRows> groups = groups();
        List<KeptRows> rows =
                groups.stream().filter(group -> group.emptied() == null).toList();
        List<Reference> references = catalog.references(session);
        requireFree(rows.get(0));
        requireTargets(rows, references);
        for (KeptRows group : rows) {
            if (group.table().name().equals(MESSAGES.getName())) {
                takeNumbers(group);
            }
        }
        for (KeptRows group : rows) {
            insert(group, late(group, rows, references));
        }
        for (KeptRows group : rows) {
            for (Reference reference : late(group, rows, references)) {
                fillIn(group, reference.columns(), false);
            }
        }
        for (KeptRows group : groups) {
            if (group.emptied() != null && !isHead(group)) {
                fillIn(group, List.of(group.emptied().split(",", -1)), true);
            }
        }
        if (rows.get(0).table().name().equals(MESSAGES.getName())) {
            RestoredHead.give(session, deleted.recordId(), groups.stream().anyMatch(Restoration::isHead));
        }
    }

    private static boolean isHead(KeptRows group) {
        return group.table().name().equals(CONVERSATIONS.getName())
                && CONVERSATIONS.HEAD_ID.getName().equals(group.emptied());
    }

    private record First(String table, @Nullable String emptied, String document) {}

    /** What there is, by the first row of each group. All rows of a group have the same columns. */
    private List<KeptRows> groups() throws SQLException {
        String table = PlainSql.quoted(DELETED_ROWS.TABLE_NAME.getName());
        String emptied = PlainSql.quoted(DELETED_ROWS.EMPTIED.getName());
        String position = PlainSql.quoted(DELETED_ROWS.POSITION.getName());
        String record = PlainSql.quoted(DELETED_ROWS.DELETED_RECORD_ID.getName()) + " = ?";
        String id = deleted.id().value();
        List<First> firsts = PlainSql.rows(
                session,
                "SELECT " + table + ", " + emptied + ", " + PlainSql.quoted(DELETED_ROWS.DOCUMENT.getName()) + " FROM "
                        + keptRows + " WHERE " + record + " AND " + position + " IN (SELECT min(" + position + ") FROM "
                        + keptRows + " WHERE " + record + " GROUP BY " + table + ", " + emptied + ") ORDER BY "
                        + position,
                List.of(id, id),
                row -> new First(row.getString(1), row.getString(2), row.getString(3)));
        Set<String> names = firsts.stream().map(First::table).collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, Catalog.Table> tables = catalog.tables(session, names);
        List<KeptRows> groups = new ArrayList<>();
        for (First first : firsts) {
            groups.add(group(tables.get(first.table()), first));
        }
        return groups;
    }

    private KeptRows group(Catalog.@Nullable Table table, First first) {
        if (table == null) {
            throw missing("the table " + first.table());
        }
        List<KeptRows.Member> members = new ArrayList<>();
        Json.parse(first.document()).toNode().fieldNames().forEachRemaining(name -> {
            Column column = table.column(name);
            if (column == null) {
                throw missing("the column " + name + " of the table " + first.table());
            }
            // The key of a row that lost a reference may be one.
            if (first.emptied() != null || !column.isGenerated()) {
                members.add(new KeptRows.Member(column, name));
            }
        });
        return new KeptRows(table, first.table(), first.emptied(), members);
    }

    private SchemaException missing(String what) {
        return new SchemaException(
                subject + " cannot be restored: it was deleted under schema version " + deleted.schemaVersion()
                        + ", and " + what + " is no longer there",
                null);
    }

    /** The references to tables whose rows are put back later, if they can be filled in then. */
    private static List<Reference> late(KeptRows group, List<KeptRows> rows, List<Reference> references) {
        if (!group.hasKey()) {
            return List.of();
        }
        List<String> later = rows.subList(rows.indexOf(group) + 1, rows.size()).stream()
                .map(other -> other.table().name())
                .toList();
        return references.stream()
                .filter(reference -> reference.table().equals(group.table().name())
                        && later.contains(reference.target())
                        && group.has(reference.columns()))
                .toList();
    }

    /** The rows of a group, which have the parameters of {@link #values}. */
    private String from(KeptRows group) {
        return keptRows + ' ' + ALIAS + " WHERE " + ALIAS + '.'
                + PlainSql.quoted(DELETED_ROWS.DELETED_RECORD_ID.getName())
                + " = ? AND " + ALIAS + '.' + PlainSql.quoted(DELETED_ROWS.TABLE_NAME.getName()) + " = ? AND " + ALIAS
                + '.' + PlainSql.quoted(DELETED_ROWS.EMPTIED.getName())
                + (group.emptied() == null ? " IS NULL" : " = ?");
    }

    private List<String> values(KeptRows group) {
        List<String> values = new ArrayList<>(List.of(deleted.id().value(), group.name()));
        if (group.emptied() != null) {
            values.add(group.emptied());
        }
        return values;
    }

    /**
     * No message that is created later gets the number of a restored one: the conversation may be another one of that
     * id. One that is restored too has given out these numbers. Locks the conversation, as whoever adds a message does.
     */
    private void takeNumbers(KeptRows group) throws SQLException {
        String conversation = PlainSql.quoted(MESSAGES.CONVERSATION_ID.getName());
        String number = PlainSql.quoted(MESSAGES.SEQUENCE_NUMBER.getName());
        String last = PlainSql.quoted(CONVERSATIONS.LAST_SEQUENCE_NUMBER.getName());
        String read =
                named(group.members(List.of(MESSAGES.CONVERSATION_ID.getName(), MESSAGES.SEQUENCE_NUMBER.getName())));
        PlainSql.update(
                session,
                "UPDATE " + PlainSql.table(session, CONVERSATIONS.getName()) + " AS t SET " + last + " = CASE WHEN t."
                        + last + " < given.newest THEN given.newest ELSE t." + last + " END FROM (SELECT "
                        + conversation + ", max(" + number
                        + ") AS newest FROM (SELECT "
                        + read + " FROM " + from(group) + ") AS message GROUP BY " + conversation
                        + ") AS given WHERE t." + PlainSql.quoted(CONVERSATIONS.ID.getName()) + " = given."
                        + conversation,
                values(group));
    }

    private void insert(KeptRows group, List<Reference> late) throws SQLException {
        Set<String> waiting =
                late.stream().flatMap(key -> key.columns().stream()).collect(Collectors.toSet());
        String selected = group.members().stream()
                .map(member -> waiting.contains(member.column().name()) ? "NULL" : value(member))
                .collect(Collectors.joining(", "));
        PlainSql.update(
                session,
                "INSERT INTO " + PlainSql.table(session, group.table().name()) + " ("
                        + DeletionPlan.list(group.members().stream()
                                .map(member -> member.column().name())
                                .toList()) + ')'
                        + catalog.keepingIdentities() + " SELECT " + selected + " FROM " + from(group) + " ORDER BY "
                        + ALIAS + '.' + PlainSql.quoted(DELETED_ROWS.POSITION.getName()),
                values(group));
    }

    /** Sets references, in rows that have none there by now if {@code ifNull}. */
    private void fillIn(KeptRows group, List<String> names, boolean ifNull) throws SQLException {
        if (!group.hasKey()) {
            throw missing("the primary key of the table " + group.name());
        }
        List<KeptRows.Member> key = group.members(group.table().key());
        List<KeptRows.Member> set = group.members(names);
        List<KeptRows.Member> read = new ArrayList<>(key);
        read.addAll(set);
        String values = named(read);
        List<String> conditions = new ArrayList<>();
        key.forEach(member -> conditions.add("t." + member.quoted() + " = given." + member.quoted()));
        set.forEach(member -> conditions.add("given." + member.quoted() + " IS NOT NULL"));
        if (ifNull) {
            set.forEach(member -> conditions.add("t." + member.quoted() + " IS NULL"));
        }
        PlainSql.update(
                session,
                "UPDATE " + PlainSql.table(session, group.table().name()) + " AS t SET "
                        + set.stream()
                                .map(member -> member.quoted() + " = given." + member.quoted())
                                .collect(Collectors.joining(", "))
                        + " FROM (SELECT " + values + " FROM " + from(group) + ") AS given WHERE "
                        + String.join(" AND ", conditions),
                values(group));
    }

    /** SQL for a value in a document, with the column's type. */
    private String value(KeptRows.Member member) {
        return catalog.fromDocument(member.column().named(member.name()), DOCUMENT);
    }

    /** SQL for values in a document, under their columns' names. */
    private String named(List<KeptRows.Member> members) {
        return members.stream()
                .map(member -> value(member) + " AS " + member.quoted())
                .collect(Collectors.joining(", "));
    }

    /** SQL for the texts of values in a document. */
    private List<String> texts(KeptRows group, List<String> names) {
        return names.stream()
                .map(name -> catalog.memberText(group.member(name).name(), DOCUMENT))
                .toList();
    }

    /** A unique value of the record itself may be taken by now. That of a row that goes with it holds the record's key. */
    private void requireFree(KeptRows root) throws SQLException {
        List<String> queries = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (List<String> unique : root.table().uniques()) {
            if (root.has(unique)) {
                queries.add("SELECT '" + String.join(", ", unique).replace("'", "''") + "', "
                        + String.join(" || ', ' || ", texts(root, unique))
                        + " FROM " + from(root) + " AND EXISTS (SELECT 1 FROM "
                        + PlainSql.table(session, root.table().name()) + " t WHERE " + matches(root, unique, unique)
                        + ')');
                values.addAll(values(root));
            }
        }
        List<String[]> taken = PlainSql.rows(session, String.join(" UNION ALL ", queries), values, row ->
                new String[] {row.getString(1), row.getString(2)});
        if (!taken.isEmpty()) {
            String field = Failure.fields(taken.get(0)[0]);
            throw new ConflictException(
                    subject + " cannot be restored: its " + field + " '" + taken.get(0)[1] + "' is taken by another "
                            + deleted.kind() + "; change or delete that one first",
                    deleted.kind(),
                    deleted.recordId(),
                    field,
                    taken.get(0)[1],
                    null,
                    null);
        }
    }

    /** Whether a row {@code t} has in these columns what the document has in those. */
    private String matches(KeptRows group, List<String> columns, List<String> members) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            KeptRows.Member member = group.member(members.get(i));
            pairs.add("t." + PlainSql.quoted(columns.get(i)) + " = " + value(member));
        }
        return String.join(" AND ", pairs);
    }

    /** SQL and the values of its parameters. */
    private record Check(String sql, List<String> values) {}

    /**
     * All that the rows refer to has to be there, or to be among them. The foreign key alone decides if the documents do
     * not have the column that is referred to: the engine computes it, or it was added since.
     */
    private void requireTargets(List<KeptRows> rows, List<Reference> references) throws SQLException {
        Set<String> restored = rows.stream().map(group -> group.table().name()).collect(Collectors.toSet());
        List<Check> checks = new ArrayList<>();
        for (KeptRows group : rows) {
            for (Reference reference : references) {
                if (!reference.table().equals(group.table().name()) || !group.has(reference.columns())) {
                    continue;
                }
                if (!restored.contains(reference.target())) {
                    checks.add(dangling(group, reference, new Check("", List.of())));
                } else if (reference.target().equals(reference.table()) && group.has(reference.targetColumns())) {
                    checks.add(dangling(group, reference, notAmong(group, reference)));
                }
            }
        }
        if (checks.isEmpty()) {
            return;
        }
        List<String[]> dangling = PlainSql.rows(
                session,
                checks.stream().map(Check::sql).collect(Collectors.joining(" UNION ALL ")),
                checks.stream().flatMap(check -> check.values().stream()).toList(),
                row -> new String[] {row.getString(1), row.getString(2), row.getString(3)});
        if (!dangling.isEmpty()) {
            String[] first = dangling.get(0);
            throw new ReferenceException(
                    subject + " cannot be restored: its " + first[0] + " refer to " + first[1] + " " + first[2]
                            + ", which does not exist; restore or create it first",
                    deleted.kind(),
                    deleted.recordId(),
                    null);
        }
    }

    /** The first row whose target does not exist, and that meets another condition. */
    private Check dangling(KeptRows group, Reference reference, Check condition) {
        List<String> texts = texts(group, reference.columns());
        String present = texts.stream().map(text -> text + " IS NOT NULL").collect(Collectors.joining(" AND "));
        String value = String.join(" || ', ' || ", texts);
        List<String> values = new ArrayList<>(values(group));
        values.addAll(condition.values());
        return new Check(
                "SELECT * FROM (SELECT '" + group.table().name().replace("'", "''") + "' AS a, '"
                        + reference.target().replace("'", "''") + "' AS b, " + value + " AS c FROM " + from(group)
                        + " AND " + present + " AND NOT EXISTS (SELECT 1 FROM "
                        + PlainSql.table(session, reference.target()) + " t WHERE "
                        + matches(group, reference.targetColumns(), reference.columns()) + ')' + condition.sql()
                        + " LIMIT 1) AS dangling",
                values);
    }

    /** That the target is no other row of the group. Not correlated, so that the engine finds the kept rows once. */
    private Check notAmong(KeptRows group, Reference reference) {
        String row = String.join(", ", texts(group, reference.columns()));
        return new Check(
                " AND ((" + row + ") IN (SELECT " + String.join(", ", texts(group, reference.targetColumns()))
                        + " FROM " + from(group) + ")) IS NOT TRUE",
                values(group));
    }
}
