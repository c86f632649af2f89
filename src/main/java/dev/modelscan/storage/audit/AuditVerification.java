package dev.modelscan.storage.audit;

import java.util.Objects;
import java.util.Optional;

/**
 * What a verification of the audit log found.
 *
 * @param entries how many entries were read and hashed, up to the first fault
 * @param head the end of the chain as far as it holds
 * @param fault the first fault; empty if the chain holds
 * @since 0.1.0
 */
public record AuditVerification(long entries, AuditHead head, Optional<AuditFault> fault) {

    /** Not API, since components may be added: the library makes them. */
    public AuditVerification {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(fault, "fault");
    }
}
