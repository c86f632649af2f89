package dev.modelscan.storage.internal.codegen;

/** The source of an id. */
final class IdSource {

    private static final String TEXT = """
            package $PACKAGE;

            import dev.modelscan.storage.Id;
            import dev.modelscan.storage.errors.InvalidDataException;
            import dev.modelscan.storage.internal.values.Ids;

            /**
             * The key of $ARTICLE {@link $NAME}. See {@link Id} for what it may hold.
             *
             * @param value the key as it is stored
             * @since $SINCE
             */
            public record $NAMEId(String value) implements Id {

                /**
                 * Takes a key that the caller made.
                 *
                 * @throws InvalidDataException if {@code value} is blank, longer than {@link Id#MAX_LENGTH}, or not valid text
                 */
                public $NAMEId {
                    Ids.check("$WORDS", value);
                }

                /** A new key: a UUID of version 7. */
                public static $NAMEId next() {
                    return new $NAMEId(Ids.next());
                }

                /** The key alone, so that it reads well in messages and logs. */
                @Override
                public String toString() {
                    return value;
                }
            }
            """;

    private IdSource() {}

    static String of(Kind kind, String since) {
        return TEXT.replace("$PACKAGE", kind.home())
                .replace("$ARTICLE", "AEIOU".indexOf(kind.name().charAt(0)) < 0 ? "a" : "an")
                .replace("$NAME", kind.name())
                .replace("$WORDS", kind.words())
                .replace("$SINCE", since);
    }
}
