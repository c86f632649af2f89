package dev.modelscan.storage;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A part of a list, and how to ask for what follows. Reading a page costs the same wherever it lies in the list.
 *
 * @param items the rows, in the list's order; immutable
 * @param next the request for what follows, with the same limit; empty if this is the last page
 * @param <T> what the list holds
 * @since 0.1.0
 */
public record Page<T>(List<T> items, Optional<PageRequest> next) implements Iterable<T> {

    private static final int STREAM_PAGE = 250;

    /** Copies the list. */
    public Page {
        items = List.copyOf(Objects.requireNonNull(items, "items"));
        Objects.requireNonNull(next, "next");
    }

    /**
     * All rows of a list, read page by page as they are asked for; {@value #STREAM_PAGE} of them are in memory at a
     * time, however many there are. Nothing is read before the first is asked for. No connection and no snapshot is
     * held between pages, so there is nothing to close, and a slow reader holds nobody up; rows that are written
     * meanwhile may or may not be seen, and none is seen twice unless its place in the list changes.
     *
     * <p>{@code Page.stream(request -> db.tasks().listByAgent(id, request))}
     *
     * @param list reads one page
     * @return a sequential stream in the list's order; it costs a query for each {@value #STREAM_PAGE} rows
     */
    public static <T> Stream<T> stream(Function<PageRequest, Page<T>> list) {
        Objects.requireNonNull(list, "list");
        Iterator<T> rows = new Iterator<>() {
            private Iterator<T> items = Collections.emptyIterator();
            private Optional<PageRequest> next = Optional.of(PageRequest.first(STREAM_PAGE));

            @Override
            public boolean hasNext() {
                // A page may be empty and have a next one, if the function leaves items out.
                while (!items.hasNext() && next.isPresent()) {
                    PageRequest request = next.get();
                    // Or else two pages would be in memory.
                    items = Collections.emptyIterator();
                    Page<T> page = list.apply(request);
                    items = page.iterator();
                    next = page.next();
                }
                return items.hasNext();
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return items.next();
            }
        };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, Spliterator.ORDERED), false);
    }

    /** The rows, in the list's order. */
    @Override
    public Iterator<T> iterator() {
        return items.iterator();
    }
}
