package dev.modelscan.storage.doctor;

import java.util.List;

/**
 * What a repair did.
 *
 * @param repaired what was repaired, in order
 * @param failed what could not be repaired, each as a finding {@code repair-failed}
 * @since 0.1.0
 */
public record RepairResult(List<String> repaired, List<Finding> failed) {

    /** Not API, since components may be added: the library makes them. */
    public RepairResult {
        repaired = List.copyOf(repaired);
        failed = List.copyOf(failed);
    }
}
