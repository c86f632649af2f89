package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.StorageException;
import java.util.ArrayList;
import java.util.List;

/** Collects what a dry run finds, so that it can report everything at once. */
final class Problems {

    private static final int MOST = 100;

    private final List<StorageException> found = new ArrayList<>();

    /** A check that passes or throws. */
    interface Check {
        void run();
    }

    /** Runs a check, records what it throws, and continues. */
    void collect(Check check) {
        try {
            check.run();
        } catch (StorageException e) {
            add(e);
        }
    }

    void add(StorageException problem) {
        if (!isFull()) {
            found.add(problem);
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** Whether more problems would not be read any more. */
    boolean isFull() {
        return found.size() >= MOST;
    }

    /** Throws the first, with the others as its suppressed exceptions. */
    void throwAny() {
        if (found.isEmpty()) {
            return;
        }
        StorageException first = found.get(0);
        found.subList(1, found.size()).forEach(first::addSuppressed);
        throw first;
    }
}
