package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.SourceColumns.FORMAT;
import static dev.modelscan.storage.internal.repository.SourceColumns.ID;
import static dev.modelscan.storage.internal.repository.SourceColumns.IMPORTED_AT;
import static dev.modelscan.storage.internal.repository.SourceColumns.SHA256;
import static dev.modelscan.storage.schema.Tables.SOURCES;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.sources.SourceRepository;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.impl.DSL;

final class SqlSourceRepository extends SqlRepository<SourceId, Source> implements SourceRepository {

    static final Mapping<SourceId, Source> MAPPING = SourceColumns.mapping();

    private static final PagedQuery<Source> BY_FORMAT = new PagedQuery<>(
            "source.byFormat",
            MAPPING,
            FORMAT::isParameter,
            List.of(PagedQuery.ascending(IMPORTED_AT), PagedQuery.ascending(ID)));

    private static final CompiledQuery<Source> BY_SHA256 =
            CompiledQuery.rows("source.bySha256", MAPPING.mapper, () -> DSL.select(MAPPING.columns.fields())
                    .from(SOURCES)
                    .where(SHA256.isParameter())
                    .orderBy(SOURCES.IMPORTED_AT.desc(), SOURCES.ID.desc())
                    .limit(DSL.inline(1)));

    SqlSourceRepository(Sessions sessions) {
        super(sessions, MAPPING);
    }

    @Override
    public Page<Source> listByFormat(String format, PageRequest request) {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(request, "request");
        return TextRules.isStorable(format)
                ? fetch(BY_FORMAT, request, execution -> execution.set(FORMAT.parameter(), format))
                : new Page<>(List.of(), Optional.empty());
    }

    @Override
    public Optional<Source> findBySha256(String sha256) {
        Objects.requireNonNull(sha256, "sha256");
        if (!TextRules.isStorable(sha256)) {
            return Optional.empty();
        }
        return sessions.read(
                MAPPING.entity,
                null,
                session -> Optional.ofNullable(
                        session.query(BY_SHA256).set(SHA256.parameter(), sha256).first()));
    }
}
