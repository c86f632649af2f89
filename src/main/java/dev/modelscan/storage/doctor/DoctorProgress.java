package dev.modelscan.storage.doctor;

import java.util.Objects;

/**
 * How far an examination has come, or a repair.
 *
 * @param check what is being looked at or repaired: some words, such as {@code storage} or {@code conversations}
 * @param done how many checks are done, which take very different times; of a repair, how much of this one, in percent
 * @param total how many checks there are; of a repair 100
 * @since 0.1.0
 */
public record DoctorProgress(String check, int done, int total) {

    /** Not API, since components may be added: the library makes them. */
    public DoctorProgress {
        Objects.requireNonNull(check, "check");
    }
}
