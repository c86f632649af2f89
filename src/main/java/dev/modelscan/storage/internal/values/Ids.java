package dev.modelscan.storage.internal.values;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;

/** What all id types have in common. */
public final class Ids {

    private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    private Ids() {}

    public static String next() {
        return GENERATOR.generate().toString();
    }

    public static void check(String entity, String value) {
        Checks.name(entity, null, "id", value);
    }
}
