package dev.modelscan.storage;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which options a builder was given, and where each has an effect: one that would have none is rejected. */
final class GivenOptions {

    /** What a builder can open. */
    enum Place {
        FILE("path", "a SQLite file"),
        MEMORY("inMemory", "a database in memory"),
        SERVER("url", "the URL of a server"),
        DATA_SOURCE("dataSource", "a data source");

        private final String option;
        private final String text;

        Place(String option, String text) {
            this.option = option;
            this.text = text;
        }
    }

    private static final Set<Place> EVERYWHERE = EnumSet.allOf(Place.class);
    private static final Set<Place> ON_SERVER = EnumSet.of(Place.SERVER, Place.DATA_SOURCE);

    private static final Map<String, Set<Place>> EFFECT = Map.ofEntries(
            Map.entry("readUrl", EnumSet.of(Place.SERVER)),
            Map.entry("user", EnumSet.of(Place.SERVER)),
            Map.entry("password", EnumSet.of(Place.SERVER)),
            Map.entry("poolSize", EnumSet.of(Place.SERVER)),
            Map.entry("connectTimeout", EnumSet.of(Place.SERVER)),
            Map.entry("isolation", ON_SERVER),
            Map.entry("readers", EnumSet.of(Place.FILE, Place.MEMORY)),
            Map.entry("durability", EnumSet.of(Place.FILE)),
            Map.entry("readOnly", EnumSet.complementOf(EnumSet.of(Place.MEMORY))),
            Map.entry("workspace", EnumSet.complementOf(EnumSet.of(Place.MEMORY))),
            Map.entry("busyTimeout", EVERYWHERE),
            Map.entry("queryTimeout", EVERYWHERE),
            Map.entry("maxJsonDepth", EVERYWHERE),
            Map.entry("maxValueBytes", EVERYWHERE),
            Map.entry("clock", EVERYWHERE));

    private final Set<String> given = new LinkedHashSet<>();

    void add(String option) {
        given.add(option);
    }

    boolean has(String option) {
        return given.contains(option);
    }

    /**
     * What is to be opened.
     *
     * @throws IllegalArgumentException if that is not exactly one place, or an option has no effect there
     */
    Place place() {
        List<Place> places =
                EVERYWHERE.stream().filter(place -> has(place.option)).toList();
        if (places.isEmpty()) {
            throw rejected("path", "is required, or inMemory(), a url or a data source");
        }
        if (places.size() > 1) {
            throw rejected(places.get(1).option, "cannot go with " + places.get(0).text + "; choose one");
        }
        Place place = places.get(0);
        for (String option : given) {
            if (!EFFECT.getOrDefault(option, EVERYWHERE).contains(place)) {
                throw rejected(option, "has no effect on " + place.text + "; leave it out");
            }
        }
        return place;
    }

    private static IllegalArgumentException rejected(String option, String reason) {
        return new IllegalArgumentException(option + " " + reason);
    }
}
