package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.sources.Origin;

/** Places as origins have them. */
final class Places {

    private Places() {}

    static Origin at(Origin origin, Place place) {
        return origin.at(
                place.record() > 0 ? place.record() : null,
                place.line() > 0 ? place.line() : null,
                place.byteOffset() >= 0 ? place.byteOffset() : null);
    }
}
