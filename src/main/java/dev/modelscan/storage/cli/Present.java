package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.AGENTS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.schema.DefaultSchema;
import java.nio.file.Path;
import java.time.Instant;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * What a restore would replace.
 *
 * @param readable whether it can be read as a database
 * @param schemaVersion the version of its schema; null if this version of the library does not know the schema
 * @param rows how many rows it holds; null if it cannot be read
 * @param changedAt when its newest record was made or changed; null if it has none, or it cannot be read
 */
record Present(
        boolean readable,
        @Nullable Long schemaVersion,
        @Nullable Long rows,
        @Nullable Instant changedAt) {

    /**
     * Null if there is none, or if it cannot be opened now, which a restore then says.
     *
     * @throws SchemaException if it is that of another program, which no restore replaces
     */
    static @Nullable Present in(Path file) {
        if (file.toFile().length() == 0) {
            return null;
        }
        try (Database db = Database.builder().path(file).readOnly().open()) {
            return of(db);
        } catch (SchemaException e) {
            if (e.isOfOtherProgram()) {
                throw e;
            }
            return new Present(true, e.behindAt().isPresent() ? e.behindAt().getAsLong() : null, null, null);
        } catch (CorruptDatabaseException e) {
            return new Present(false, null, null, null);
        } catch (StorageException e) {
            return null;
        }
    }

    private static Present of(Database db) {
        long version = db.schemaVersion();
        try {
            long rows = db.stats().rows().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            return new Present(true, version, rows, changed(db.dsl()));
        } catch (StorageException damaged) {
            return new Present(true, version, null, null);
        }
    }

    private static @Nullable Instant changed(DSLContext dsl) {
        Instant newest = null;
        for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            Field<Instant> updated = table.field(AGENTS.UPDATED_AT);
            Field<Instant> at = updated == null ? table.field(AGENTS.CREATED_AT) : updated;
            Instant last = at == null
                    ? null
                    : dsl.select(DSL.max(at)).from(table).fetchSingle().value1();
            newest = last == null || (newest != null && newest.isAfter(last)) ? newest : last;
        }
        return newest;
    }

    private String unread() {
        return schemaVersion == null
                ? "a database that this version of the library cannot read"
                : "a database of schema version " + schemaVersion;
    }

    /** Compares it with a backup, for a person to decide. */
    String comparedWith(BackupSummary.Entry backup) {
        return (rows == null ? unread() : Count.of(rows, "row"))
                + (changedAt == null ? "" : ", changed last at " + changedAt)
                + "; the backup has " + Count.of(backup.rows(), "row") + ", of " + backup.takenAt()
                + (changedAt != null && changedAt.isAfter(backup.takenAt()) ? ", which is older" : "");
    }
}
