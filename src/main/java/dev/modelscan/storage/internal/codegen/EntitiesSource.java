package dev.modelscan.storage.internal.codegen;

import java.util.List;
import java.util.stream.Collectors;

/** The source of the list of all kinds. */
final class EntitiesSource {

    private EntitiesSource() {}

    static String of(List<Kind> kinds) {
        return """
                package %s;

                import java.util.List;

                /**
                 * The kinds of records that have a repository of the usual form. A class is loaded when it is first used, which a
                 * reference to its constructor or to its mapper would not wait for.
                 */
                public final class Entities {

                    public static final List<Entity<?>> ALL = List.of(
                %s);

                    private Entities() {}
                }
                """.formatted(
                Sources.REPOSITORIES, kinds.stream().map(EntitiesSource::line).collect(Collectors.joining(",\n")));
    }

    private static String line(Kind kind) {
        return """
                new Entity<>(
                        $TYPE.class,
                        $TYPERepository.class,
                        () -> $NAMEColumns.COLUMNS,
                        row -> $NAMEColumns.map(row),
                        sessions -> new Sql$NAMERepository(sessions))""".replace("$TYPE", kind.type())
                .replace("$NAME", kind.name())
                .indent(12)
                .stripTrailing();
    }
}
