package dev.modelscan.storage.cli.formats;

/** Receives what a source holds, in its order. */
@FunctionalInterface
public interface Events {

    void accept(Event event);
}
