package dev.modelscan.storage.cli.imports;

import org.jspecify.annotations.Nullable;

/**
 * Under which name a run is stored, and so its calls of models.
 *
 * @param text its id in the source, or else its key
 * @param isVariant whether another run has the id that the source gives it, so that ids in it may be those of the other one
 */
record RunName(String text, boolean isVariant) {

    static RunName of(Known known, @Nullable String id) {
        String name = known.externalId();
        return new RunName(name == null ? known.id().value() : name, name != null && !name.equals(id));
    }

    /** The name of a call to which the source gives none. */
    String call(int number) {
        return calls() + number;
    }

    /** The name of a call to which the source gives one. */
    String callNamed(String id) {
        return isVariant ? text + ":" + id : id;
    }

    /** The start of the names of calls to which the source gives none. */
    String calls() {
        return text + ":call:";
    }
}
