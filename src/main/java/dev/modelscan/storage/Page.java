package dev.modelscan.storage;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A part of a list, and how to ask for what follows. Reading a page costs the same wherever it lies in the list.
 *
 * @param items the rows, in the list's order; immutable
 * @param next the request for what follows, with the same limit; empty where this is the last page
 * @param <T> what the list holds
 * @since 0.1
 */
public record Page<T>(List<T> items, Optional<PageRequest> next) implements Iterable<T> {

    /** Copies the list. */
    public Page {
        items = List.copyOf(items);
    }

    /** The rows, in the list's order. */
    @Override
    public Iterator<T> iterator() {
        return items.iterator();
    }
}
