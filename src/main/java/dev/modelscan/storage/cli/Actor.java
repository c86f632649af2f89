package dev.modelscan.storage.cli;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.InvalidDataException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of who acts, checked before a database is made. The rule is that of the name of an agent. */
final class Actor implements ITypeConverter<String> {

    @Override
    public String convert(String name) {
        try {
            return Agent.builder().name(name).mode("actor").build().name();
        } catch (InvalidDataException e) {
            throw new TypeConversionException("the name " + e.reason());
        }
    }
}
