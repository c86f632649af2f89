package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/** A form in which runs are written. It has no state. */
public interface RunFormat {

    /** The name in {@code --format}; that of the form that reads it. */
    String name();

    /** Whether a run that came from that form is written as the source had it. */
    boolean isOwn(String form);

    /** Whether a run's record holds the runs of its sub-agents. */
    default boolean isNested() {
        return false;
    }

    /**
     * The record that a run is in this form.
     *
     * @param unsaid takes what the form has no place for, in a few words each, such as {@code the parent of a
     *     message}
     */
    JsonNode write(Run run, Consumer<String> unsaid);
}
