package dev.modelscan.storage.audit;

import java.util.Objects;
import java.util.Optional;

/**
 * What a verification of the audit log found.
 *
 * @param entries how many entries were read and hashed, up to the first fault
 * @param head the end of the chain as far as it holds
 * @param fault the first fault; empty if the chain holds
 * @param erased how many of the entries were erased: what they had is gone, and receipts in the chain name them.
 *     Whoever can write to the database can make a receipt, so compare the receipts with those that you have
 * @param erasedSince how many of the erased entries are before the known head, or are it, while their receipt is behind
 *     it; 0 if no head is known. Their content was there when the head was noted, and the head does not prove that you
 *     erased it
 * @param pending how many changes were recorded and are not in the chain yet: what is in the chain tells nothing of
 *     them. {@link AuditLog#seal} adds them; a verification does so first, unless the database is read-only, locked or
 *     in a transaction
 * @since 0.1.0
 */
public record AuditVerification(
        long entries, AuditHead head, Optional<AuditFault> fault, long erased, long erasedSince, long pending) {

    /** Not API, since components may be added: the library makes them. */
    public AuditVerification {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(fault, "fault");
    }
}
