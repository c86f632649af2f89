package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.SourceId;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * The columns of an {@link Origin}, which have the same names in every table.
 *
 * @param <R> the record
 */
final class OriginColumns<R> {

    final Column<R, String> format;
    final Column<R, SourceId> sourceId;
    final Column<R, String> externalId;
    private final Column<R, Long> record;
    private final Column<R, Long> line;
    private final Column<R, Long> offset;

    /** The generated columns of a table. */
    record Fields(
            Supplier<TableField<?, String>> format,
            Supplier<TableField<?, SourceId>> sourceId,
            Supplier<TableField<?, Long>> record,
            Supplier<TableField<?, Long>> line,
            Supplier<TableField<?, Long>> offset,
            Supplier<TableField<?, String>> externalId) {}

    /** Adds them to the columns of a record. */
    OriginColumns(Columns<R> columns, Fields fields, Function<R, Origin> origin) {
        format = columns.add("sourceFormat", Codec.TEXT, fields.format(), row -> origin.apply(row)
                .format());
        sourceId = columns.add("sourceId", Codec.id(SourceId::new), fields.sourceId(), row -> origin.apply(row)
                .sourceId());
        record = columns.add("sourceRecord", Codec.LONG, fields.record(), row -> origin.apply(row)
                .record());
        line = columns.add("sourceLine", Codec.LONG, fields.line(), row -> origin.apply(row)
                .line());
        offset = columns.add("sourceOffset", Codec.LONG, fields.offset(), row -> origin.apply(row)
                .offset());
        externalId = columns.add("externalId", Codec.TEXT, fields.externalId(), row -> origin.apply(row)
                .externalId());
    }

    /** The origin of the row. Most rows have none, so the other columns are read only behind the format. */
    Origin read(Row row) throws SQLException {
        String from = row.find(format);
        return from == null
                ? Origin.NONE
                : new Origin(
                        /* format= */ from,
                        /* externalId= */ row.find(externalId),
                        /* sourceId= */ row.find(sourceId),
                        /* record= */ row.find(record),
                        /* line= */ row.find(line),
                        /* offset= */ row.find(offset));
    }

    /** The condition that the row has the given name in sources of the given form. */
    Condition isNamed() {
        return format.isParameter().and(externalId.isParameter());
    }

    /** The record of that name, by a query with {@link #isNamed}. */
    Optional<R> find(Sessions sessions, String entity, CompiledQuery<R> query, String from, String name) {
        return find(sessions, entity, query, format, from, externalId, name);
    }

    /** The record of that name, by a query with both columns as parameters. */
    static <R> Optional<R> find(
            Sessions sessions,
            String entity,
            CompiledQuery<R> query,
            Column<R, String> format,
            String from,
            Column<R, String> externalId,
            String name) {
        Objects.requireNonNull(from, "format");
        Objects.requireNonNull(name, "externalId");
        if (!TextRules.isStorable(from) || !TextRules.isStorable(name)) {
            return Optional.empty();
        }
        return sessions.read(
                entity,
                null,
                session -> Optional.ofNullable(session.query(query)
                        .set(format.parameter(), from)
                        .set(externalId.parameter(), name)
                        .first()));
    }

    /**
     * Explains a rejected write.
     *
     * @param origins what was written
     * @return the given exception, if it does not tell which source is missing
     * @throws ReferenceException that names the source
     */
    static SQLException explain(
            Sessions sessions, String entity, @Nullable String id, Collection<Origin> origins, SQLException e) {
        Failure failure = sessions.classify(e).whileWriting();
        List<SourceId> sources = origins.stream()
                .map(Origin::sourceId)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        boolean isSource = failure.detail() == null || failure.detail().equals("sourceId");
        if (failure.kind() == Kind.FOREIGN_KEY && isSource && sources.size() == 1) {
            throw new ReferenceException(
                    (id == null ? entity : entity + " " + id) + ": sourceId: source " + sources.get(0)
                            + " does not exist; create it first",
                    entity,
                    id,
                    e);
        }
        return e;
    }

    List<Column<R, ?>> all() {
        return List.of(format, sourceId, record, line, offset, externalId);
    }
}
