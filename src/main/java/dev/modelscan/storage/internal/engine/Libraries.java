package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.errors.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells by what they can do whether the libraries on the class path are new enough. A host's build may choose
 * others than this library's own, such as those of a framework's BOM, and without a word.
 */
public final class Libraries {

    /**
     * A library that the host's build may choose.
     *
     * @param artifact its coordinates
     * @param packages how the names of its classes begin, as errors have them
     * @param probe a class that is in it from the oldest version on that will do
     * @param oldest that version, which the build tests
     * @param property what sets the version in a build that inherits from Spring Boot's
     */
    public record Library(String artifact, String packages, String probe, String oldest, String property) {}

    private static final Library JOOQ =
            new Library("org.jooq:jooq", "org/jooq/", "org.jooq.InverseForeignKey", "3.19.24", "jooq.version");
    private static final Library FLYWAY = new Library(
            "org.flywaydb:flyway-core",
            "org/flywaydb/",
            "org.flywaydb.core.api.pattern.ValidatePattern",
            "10.10.0",
            "flyway.version");
    private static final Library JACKSON = new Library(
            "com.fasterxml.jackson.core:jackson-databind",
            "com/fasterxml/jackson/",
            "com.fasterxml.jackson.core.StreamWriteConstraints",
            "2.17.3",
            "jackson-bom.version, or from Spring Boot 4 on jackson-2-bom.version");

    private final List<Library> libraries;
    private volatile boolean classesAreThere;

    /** The libraries that every database needs, and those of one engine. */
    public Libraries(Library... ofEngine) {
        List<Library> all = new ArrayList<>(List.of(JOOQ, FLYWAY, JACKSON));
        all.addAll(List.of(ofEngine));
        this.libraries = List.copyOf(all);
    }

    /**
     * Does something with a database. A method that is missing shows only when it is called, so that is
     * looked for too.
     *
     * @throws UnavailableException if a library is too old; it names the library, the versions, and what sets
     *     its version
     */
    public <T> T checked(Supplier<T> work) {
        if (!classesAreThere) {
            require(libraries, Libraries.class.getClassLoader());
            classesAreThere = true;
        }
        try {
            return work.get();
        } catch (IncompatibleClassChangeError | NoClassDefFoundError e) {
            throw explained(e);
        }
    }

    /** The error as the library's own, if one of these libraries lacks what was asked for. */
    private UnavailableException explained(LinkageError e) {
        String missing = String.valueOf(e.getMessage()).replace('.', '/');
        return libraries.stream()
                .filter(library -> missing.contains(library.packages()))
                .findFirst()
                .map(library -> tooOld(library, "it lacks " + e.getMessage(), e))
                .orElseThrow(() -> e);
    }

    /**
     * Checks that classes are there, without loading any: a program that calls repositories alone needs no
     * jOOQ.
     */
    static void require(List<Library> libraries, ClassLoader loader) {
        for (Library library : libraries) {
            if (loader.getResource(library.probe().replace('.', '/') + ".class") == null) {
                throw tooOld(library, "it lacks " + library.probe(), null);
            }
        }
    }

    /** What to say of a library that does not do what is needed. */
    public static UnavailableException tooOld(Library library, @Nullable String reason, @Nullable Throwable cause) {
        return new UnavailableException(
                library.artifact() + " " + versionOf(library) + " on the class path is too old (" + reason + "); use "
                        + library.oldest()
                        + " or later. A build that takes its versions from Spring Boot sets the property "
                        + library.property(),
                cause);
    }

    /** The version by the jar's own account. */
    private static String versionOf(Library library) {
        String[] names = library.artifact().split(":", -1);
        String place = "META-INF/maven/" + names[0] + "/" + names[1] + "/pom.properties";
        try (InputStream stream = Libraries.class.getClassLoader().getResourceAsStream(place)) {
            Properties properties = new Properties();
            if (stream != null) {
                properties.load(stream);
            }
            return properties.getProperty("version", "of an unknown version");
        } catch (IOException e) {
            return "of an unknown version";
        }
    }
}
