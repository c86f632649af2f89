package dev.modelscan.storage.cli.files;

import java.io.IOException;

/**
 * JSON values, one after the other or in an array, each over any number of lines. Finds a value's end by counting brackets,
 * so what follows a value with a syntax error can be read.
 */
final class ValueFramer extends Framer {

    private boolean inArray;
    private int array;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean scalar;
    private boolean complete;
    private boolean broken;

    ValueFramer(Window window) {
        super(window);
    }

    /** Reads the elements of the array that comes next. */
    static ValueFramer ofArray(Window window) throws IOException {
        ValueFramer framer = new ValueFramer(window);
        framer.skip(" \t\r\n");
        framer.enterArray();
        return framer;
    }

    @Override
    boolean begin() throws IOException {
        if (broken) {
            skipBroken();
        }
        depth = 0;
        inString = false;
        escaped = false;
        scalar = false;
        complete = false;
        broken = false;
        skip(inArray ? " \t\r\n,\u001E" : " \t\r\n\u001E");
        while (inArray && window.look() == ']') {
            window.take();
            inArray = false;
            skip(" \t\r\n,\u001E");
            if (window.look() == '[') {
                enterArray();
                skip(" \t\r\n,");
            }
        }
        return window.look() >= 0;
    }

    @Override
    boolean accept(int next) {
        if (inString) {
            // A string cannot hold a line break. One that seems to lacks its end, so brackets say nothing any more.
            broken = next == '\n';
            inString = !broken && (escaped || next != '"');
            escaped = !escaped && next == '\\';
            complete = broken || (!inString && depth == 0);
            return true;
        }
        if (scalar && " \t\r\n,]}\u001E".indexOf(next) >= 0) {
            return false;
        }
        switch (next) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> {
                depth--;
                complete = depth <= 0;
            }
            default -> scalar = depth == 0;
        }
        return true;
    }

    @Override
    boolean isComplete() {
        return complete;
    }

    @Override
    int array() {
        return inArray ? array : 0;
    }

    /** To the next line that begins with an object. */
    private void skipBroken() throws IOException {
        skip(" \t\r\n,");
        while (window.look() >= 0 && window.look() != '{') {
            while (window.look() >= 0 && window.look() != '\n') {
                window.take();
            }
            skip(" \t\r\n,");
        }
    }

    private void enterArray() {
        window.take();
        inArray = true;
        array++;
    }

    private void skip(String characters) throws IOException {
        while (window.look() >= 0 && characters.indexOf(window.look()) >= 0) {
            window.take();
        }
    }
}
