package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Framing;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Records;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The records of a source whose values are lists of them. */
final class Elements implements Records {

    private final Records lists;
    private Iterator<JsonNode> list = Collections.emptyIterator();
    private Place place = new Place(0, 0, 0);

    Elements(Records lists) {
        this.lists = lists;
    }

    @Override
    public String name() {
        return lists.name();
    }

    @Override
    public Framing framing() {
        return lists.framing();
    }

    @Override
    public Path file() {
        return lists.file();
    }

    @Override
    public @Nullable Item next() throws IOException {
        while (!list.hasNext()) {
            Item item = lists.next();
            if (item == null) {
                return null;
            }
            place = new Place(place.record(), item.place().line(), item.place().byteOffset());
            list = item.value().isArray()
                    ? item.value().iterator()
                    : Collections.singleton(item.value()).iterator();
        }
        place = new Place(place.record() + 1, place.line(), place.byteOffset());
        return new Item(place, 0, list.next());
    }
}
