package dev.modelscan.storage.doctor;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All findings of {@link dev.modelscan.storage.Database#doctor()}.
 *
 * @param findings the worst first, then by code
 * @since 0.1.0
 */
public record Diagnosis(List<Finding> findings) {

    /** Sorts the findings. */
    public Diagnosis {
        findings = findings.stream()
                .sorted(Comparator.comparing(Finding::severity)
                        .reversed()
                        .thenComparing(Finding::code)
                        .thenComparing(Finding::cause))
                .toList();
    }

    /** The severity of the worst finding; empty if nothing was found. */
    public Optional<Severity> worst() {
        return findings.stream().map(Finding::severity).max(Comparator.naturalOrder());
    }
}
