package dev.modelscan.storage.internal.values;

/** As much of a text as the message of an exception shows. */
public final class Excerpt {

    private Excerpt() {}

    /** The text if it has at most so many characters; else so many of them, and an ellipsis. */
    public static String of(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }
}
