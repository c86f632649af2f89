package dev.modelscan.storage.cli.formats;

import java.io.IOException;

/** A form of file. It has no state, so one serves all files. */
public interface Form {

    /** The name in messages, in {@code --format} and in the database, such as {@code openai}. It never changes. */
    String name();

    /** Whether a source that begins so is of this form. */
    boolean recognizes(First first);

    /** Tells all that the source holds. What is odd is a {@link Event.Warned}, and kept. */
    void read(Records records, Events events) throws IOException;
}
