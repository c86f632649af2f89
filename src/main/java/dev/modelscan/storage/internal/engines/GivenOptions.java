package dev.modelscan.storage.internal.engines;

import dev.modelscan.storage.internal.engine.DatabaseLocation.Kind;
import dev.modelscan.storage.internal.engine.Engine;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which options a builder was given, and where each has an effect: one that would have none is rejected. */
public final class GivenOptions {

    /** What has an effect on every engine. */
    private static final Set<String> EVERYWHERE = Set.of(
            "busyTimeout",
            "queryTimeout",
            "maxJsonDepth",
            "maxValueBytes",
            "clock",
            "keepDeleted",
            "migrations",
            "listener");

    /** What has an effect on a transfer, if it has one on the server. */
    private static final Set<String> TRANSFER =
            Set.of("url", "dataSource", "user", "password", "workspace", "connectTimeout", "busyTimeout", "migrations");

    private final Set<String> given = new LinkedHashSet<>();

    /** Notes that an option was given, by its name in the builder. */
    public void add(String option) {
        given.add(option);
    }

    /** Whether it was given. */
    public boolean has(String option) {
        return given.contains(option);
    }

    /**
     * What is to be opened.
     *
     * @throws IllegalArgumentException if that is not exactly one place
     */
    public Kind kind() {
        List<Kind> kinds =
                Stream.of(Kind.values()).filter(kind -> has(kind.option())).toList();
        if (kinds.isEmpty()) {
            throw rejected("path", "is required, or inMemory(), a url or a data source");
        }
        if (kinds.size() > 1) {
            throw rejected(
                    kinds.get(1).option(), "cannot go with " + kinds.get(0).text() + "; choose one");
        }
        return kinds.get(0);
    }

    /** Checks that no option is for many databases. */
    public void requireOne() {
        if (has("maxConnectedWorkspaces")) {
            throw rejected(
                    "maxConnectedWorkspaces",
                    "has no effect on one database; leave it out, or open many with openWorkspaces()");
        }
    }

    /** Checks that no option is for one database alone. */
    public void requireMany() {
        for (String option : List.of("workspace", "inMemory")) {
            if (has(option)) {
                throw rejected(option, "cannot go with openWorkspaces(); leave it out");
            }
        }
    }

    /** Checks that a server is given, in which tables may be made, and no option that a transfer does not use. */
    public void requireServer() {
        if (!has("url") && !has("dataSource")) {
            throw rejected("url", "is required, or a data source");
        }
        for (String option : List.of("readOnly", "validateOnly")) {
            if (has(option)) {
                throw rejected(option, "cannot go with a transfer, which writes; leave it out");
            }
        }
        for (String option : given) {
            // Whether two places are given is asked later.
            if (!TRANSFER.contains(option)
                    && Stream.of(Kind.values()).noneMatch(kind -> kind.option().equals(option))) {
                throw rejected(option, "has no effect on a transfer; leave it out");
            }
        }
    }

    /**
     * Checks that each option has an effect.
     *
     * @throws IllegalArgumentException if one has none
     */
    public void requireEffect(Engine engine, Kind kind) {
        for (String option : given) {
            if (!option.equals(kind.option())
                    && !EVERYWHERE.contains(option)
                    && !engine.options(kind).contains(option)) {
                throw rejected(option, "has no effect on " + engine.name() + " with " + kind.text() + "; leave it out");
            }
        }
        if (has("readOnly") && has("validateOnly")) {
            throw rejected("validateOnly", "cannot go with readOnly(), which implies it; leave it out");
        }
        if (has("readOnly") && has("joinTransactions")) {
            throw rejected("joinTransactions", "cannot go with readOnly(); leave one out");
        }
    }

    private static IllegalArgumentException rejected(String option, String reason) {
        return new IllegalArgumentException(option + " " + reason);
    }
}
