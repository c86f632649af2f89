package dev.modelscan.storage.codegen;

import dev.modelscan.storage.errors.SchemaException;
import org.jooq.meta.SchemaDefinition;
import org.jooq.meta.SchemaVersionProvider;

/**
 * Lets jOOQ's code generator skip its work if nothing has changed, as the {@code <schemaVersionProvider>} of a
 * {@link StorageDatabase}. The version is a digest of the tables, of the types of their columns and of jOOQ's
 * own version; jOOQ writes it into the generated schema. It knows nothing of the options in {@code <generate>}
 * and {@code <target>}: clean the output after a change of those.
 *
 * @since 0.1.0
 */
public final class SchemaVersion implements SchemaVersionProvider {

    /** Called by jOOQ. */
    public SchemaVersion() {}

    @Override
    public String version(SchemaDefinition schema) {
        if (schema.getDatabase() instanceof StorageDatabase database) {
            return database.version();
        }
        throw new SchemaException(
                "SchemaVersion works only with StorageDatabase; name that as the <database>, or remove the"
                        + " <schemaVersionProvider>",
                null);
    }
}
