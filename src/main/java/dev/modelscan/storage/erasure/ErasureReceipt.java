package dev.modelscan.storage.erasure;

import dev.modelscan.storage.agents.AgentId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an erasure did, or would do. It holds nothing of what was erased, not even its id; the audit log has the same at
 * {@link #auditPosition}.
 *
 * @param id its own id, by which it is known in the audit log; null in a preview
 * @param at when
 * @param actor who, as {@link dev.modelscan.storage.Database#as} was told; null if that was not called, or if that is who was
 *     erased. The name stays in the audit log, also if that agent is erased later
 * @param removed how many rows were removed from each table, by name; tables without any are left out
 * @param changed how many rows of each table stayed, and lost a text or a reference
 * @param auditEntries how many entries of the audit log lost all but their time, table, action and hash
 * @param auditPosition where the receipt is in the audit log; null in a preview, if nothing was found, and if the log
 *     is off and had no such entries
 * @param pseudonym the agent under which records stayed; null if none did
 * @param scrubbed whether the storage was {@linkplain Erasure#scrub scrubbed}
 * @param backups all backups in the given directory, whatever their time, the oldest first
 * @since 0.1.0
 */
public record ErasureReceipt(
        @Nullable String id,
        Instant at,
        @Nullable String actor,
        Map<String, Long> removed,
        Map<String, Long> changed,
        long auditEntries,
        @Nullable Long auditPosition,
        @Nullable AgentId pseudonym,
        boolean scrubbed,
        List<HoldingBackup> backups) {

    /** Not API, since components may be added: the library makes them. */
    public ErasureReceipt {
        Objects.requireNonNull(at, "at");
        removed = Collections.unmodifiableMap(new TreeMap<>(removed));
        changed = Collections.unmodifiableMap(new TreeMap<>(changed));
        backups = List.copyOf(backups);
    }

    /** Whether nothing was found. */
    public boolean isEmpty() {
        return removed.isEmpty() && changed.isEmpty() && auditEntries == 0;
    }
}
