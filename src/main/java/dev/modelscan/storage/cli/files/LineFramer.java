package dev.modelscan.storage.cli.files;

import java.io.IOException;

/** Lines, or records of RFC 7464, which start with a record separator. Nothing in a part can hide its end. */
final class LineFramer extends Framer {

    static final char RECORD_SEPARATOR = '\u001E';

    private final int separator;

    LineFramer(Window window, char separator) {
        super(window);
        this.separator = separator;
    }

    @Override
    boolean begin() throws IOException {
        while (window.look() >= 0 && (window.look() <= ' ' || window.look() == separator)) {
            window.take();
        }
        return window.look() >= 0;
    }

    @Override
    boolean accept(int next) {
        return next != separator;
    }

    @Override
    boolean isComplete() {
        return false;
    }
}
