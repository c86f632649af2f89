package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.SOURCES;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceId;
import java.sql.SQLException;
import java.time.Instant;

/** The columns of {@link Source}. */
final class SourceMapping {

    static final Columns<Source> COLUMNS = new Columns<>("source");
    static final Column<Source, SourceId> ID =
            COLUMNS.add("id", Codec.text(Formats.SOURCE_ID), () -> SOURCES.ID, Source::id);
    static final Column<Source, String> FORMAT =
            COLUMNS.add("format", Codec.TEXT, () -> SOURCES.FORMAT, Source::format);
    static final Column<Source, String> NAME = COLUMNS.add("name", Codec.TEXT, () -> SOURCES.NAME, Source::name);
    static final Column<Source, String> SHA256 =
            COLUMNS.add("sha256", Codec.TEXT, () -> SOURCES.SHA256, Source::sha256);
    static final Column<Source, Long> BYTES = COLUMNS.add("bytes", Codec.LONG, () -> SOURCES.BYTES, Source::bytes);
    static final Column<Source, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> SOURCES.METADATA, Source::metadata);
    static final Column<Source, Long> VERSION =
            COLUMNS.add("version", Codec.LONG, () -> SOURCES.VERSION, Source::version);
    static final Column<Source, Instant> IMPORTED_AT =
            COLUMNS.add("importedAt", Codec.TIME, () -> SOURCES.IMPORTED_AT, Source::importedAt);
    static final Column<Source, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> SOURCES.UPDATED_AT, Source::updatedAt);
    static final Mapping<SourceId, Source> MAPPING = new Mapping<>(
                    "source", () -> SOURCES, COLUMNS, SourceMapping::map, ID, VERSION, IMPORTED_AT, UPDATED_AT)
            .listedBy(IMPORTED_AT, ID);

    private SourceMapping() {}

    static Source map(Row row) throws SQLException {
        return new Source(
                /* id= */ row.get(ID),
                /* format= */ row.get(FORMAT),
                /* name= */ row.get(NAME),
                /* sha256= */ row.find(SHA256),
                /* bytes= */ row.find(BYTES),
                /* metadata= */ row.get(METADATA),
                /* version= */ row.get(VERSION),
                /* importedAt= */ row.get(IMPORTED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
