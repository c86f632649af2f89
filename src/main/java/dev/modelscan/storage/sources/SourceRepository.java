package dev.modelscan.storage.sources;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import java.util.Optional;

/**
 * Stores sources, listed by {@code importedAt}, then id. Deleting one leaves what came from it, whose origin then names
 * no source.
 *
 * @since 0.1.0
 */
public interface SourceRepository extends Repository<SourceId, Source> {

    /**
     * The source with these bytes; if there are several, the one that was imported last.
     *
     * @param sha256 as {@link Source#sha256()} has it
     */
    Optional<Source> findBySha256(String sha256);

    /** The sources of one format, by {@code importedAt}, then id. */
    Page<Source> listByFormat(String format, PageRequest request);
}
